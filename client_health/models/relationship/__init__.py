from . import client_stage_process_mixin
from . import client_relationship
from . import client_relationship_salesperson
from . import client_relationship_stage
from . import client_intake
from . import client_merge
