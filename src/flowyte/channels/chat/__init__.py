"""Chat: sessions in text over the API. A session lives in this process while used, and in the database for good."""
