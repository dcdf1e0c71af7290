"""Services of a congress of municipalities: requests, education, award, project office, media, partners abroad."""
