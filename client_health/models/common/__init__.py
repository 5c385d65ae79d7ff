from . import client_record_mixin
from . import client_protected_mixin
from . import client_thread_mixin
from . import client_internal_thread_mixin
from . import client_link_mixin
from . import client_figure_format_mixin
from . import client_activity_mixin
from . import client_responsible_mixin
