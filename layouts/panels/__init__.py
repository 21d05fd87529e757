"""Parts of pages: static skeletons that the scripts in ``assets`` fill by id."""
