from . import client_review
