-- Documents with a line that is larger than any books can hold.
SELECT DISTINCT l.document_id
FROM posting_lines AS l JOIN posting_documents AS d ON d.document_id = l.document_id
WHERE ABS(l.net) >= {{ most }} * LEAST(1, d.rate) OR ABS(l.tax) >= {{ most }} * LEAST(1, d.rate)
