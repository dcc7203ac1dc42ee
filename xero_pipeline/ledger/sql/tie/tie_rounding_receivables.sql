{{ query }}
