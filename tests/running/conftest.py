from tiny_programme import finished, finished_programme, tiny

__all__ = ["finished", "finished_programme", "tiny"]
