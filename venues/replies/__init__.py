"""The venues' replies as pydantic models, one file a venue. Imported only once a request is on its way."""
