DELETE FROM {{ named("intercompany_contacts") }}
