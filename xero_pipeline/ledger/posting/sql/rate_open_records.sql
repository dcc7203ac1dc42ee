-- What is open of a document without a rate is open at the one it posts at; of one that cannot post none is known.
UPDATE {{ open_records }} SET currency_rate = d.rate, rate = d.rate
FROM posting_documents AS d
WHERE {{ open_records }}.rate IS NULL AND d.document_id = {{ open_records }}.document_id AND d.refused IS NULL
