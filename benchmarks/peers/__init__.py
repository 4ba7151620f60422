"""The programs that Lectern is compared with."""
