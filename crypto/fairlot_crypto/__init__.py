"""Groups, proofs and hashes that fairlot stands on; knows nothing of sales."""
