from . import client_reboot
from . import client_relationship
from . import client_reboot_checklist
