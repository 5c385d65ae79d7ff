from . import client_protected_mixin
from . import client_job_failure
from . import client_record_mixin
from . import client_discussion_mixin
from . import client_responsible_mixin
from . import client_personal_link
from . import client_word_mixin
