from . import test_reboot
from . import test_reboot_tours
