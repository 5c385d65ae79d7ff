from . import client_relationship_stage
from . import client_relationship
from . import client_relationship_salesperson
from . import client_intake
from . import client_setup
from . import client_setup_line
from . import client_merge
