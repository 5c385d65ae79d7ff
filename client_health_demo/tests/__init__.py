from . import test_agreement_demo
from . import test_demo
from . import test_fit_demo
from . import test_ledger_demo
from . import test_money_demo
from . import test_offboarding_demo
from . import test_reboot_demo
from . import test_uninstall
