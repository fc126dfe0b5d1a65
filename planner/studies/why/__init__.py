"""Why a plan decides as it does."""
