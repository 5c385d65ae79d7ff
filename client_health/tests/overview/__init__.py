from . import test_client_finding
