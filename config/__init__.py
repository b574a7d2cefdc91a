"""Who you are and where you point: settings, credentials, profiles. Knows no venue; the caller names them."""
