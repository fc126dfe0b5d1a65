"""Workers: processes on this machine or on a Dask cluster, and tasks given to them."""
