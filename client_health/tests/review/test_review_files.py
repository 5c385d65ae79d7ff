import importlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from odoo.tests import tagged

from ..profitability.common_money import MoneyCommon, month_ago
from .common_review import find_head, open_book, read_table

OFFICE = shutil.which("soffice") or "soffice"
NAMES = ("=1+1", "שלום עולם", "👩\u200d🚀 crew", "Müller & Söhne <AG>", "_x0041_", "z" * 200)


@tagged("post_install", "-at_install", "slow")
class TestReviewFiles(MoneyCommon):
    """Other programs read the workbook as it was meant: LibreOffice, openpyxl, calamine."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._invoice(cls.client, [(1000.1, {cls.project: 100})], month_ago(2))
        cls._spend(cls.project, 10, month_ago(2))
        partners = cls.client.browse(cls._create_client(name).id for name in NAMES)
        for number, partner in enumerate(partners):
            cls._invoice(partner, [333.33 + number], month_ago(3))
        cls.Ledger._rebuild(cls.company)
        cls.clients = cls.env["client.relationship"].create(
            [
                {"partner_id": partner.id, "user_id": cls.manager.id, "company_id": cls.company.id}
                for partner in cls.client | partners
            ]
        )
        cls.env.flush_all()
        cls.env.invalidate_all()
        # at hand where the slow tests run
        cls.calamine = importlib.import_module("python_calamine")
        cls.folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.file = cls.folder / "review.xlsx"
        review = cls.env["client.review"].with_user(cls.manager)
        cls.file.write_bytes(review._get_workbook(cls.clients.with_user(cls.manager)))

    def _convert(self, file, target, folder=None):
        """Open a file in LibreOffice, which calculates it, and save it as another kind."""
        subprocess.run(  # noqa: S603  a program that we chose, and a file that we made
            [
                OFFICE, "--headless", f"-env:UserInstallation=file://{self.folder}/profile",
                "--convert-to", target, "--outdir", str(folder or self.folder), str(file),
            ],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip

    def test_libreoffice_opens_and_calculates_the_same(self):
        """Every cell that LibreOffice calculates anew has the value that the file carries."""
        self._convert(self.file, "ods")
        again = self.folder / "again"
        self._convert(self.file.with_suffix(".ods"), "xlsx:Calc MS Excel 2007 XML", again)
        ours = open_book(self.file.read_bytes())
        theirs = open_book((again / self.file.name).read_bytes())
        self.assertEqual(theirs.sheetnames, ours.sheetnames)
        for sheet in ours:
            for row in sheet.iter_rows():
                for cell in row:
                    other = theirs[sheet.title][cell.coordinate].value
                    self._assert_same(cell.value, other, f"{sheet.title} {cell.coordinate}")

    def _assert_same(self, ours, theirs, where):
        if isinstance(ours, int | float) and not isinstance(ours, bool):
            self.assertAlmostEqual(ours, theirs or 0, 6, where)
        elif isinstance(ours, str) and ours:
            # openpyxl leaves one escape to its caller, where a text stands in its cell
            self.assertEqual(re.sub("_x005F_", "_", ours), theirs, where)

    def test_every_sheet_prints(self):
        self._convert(self.file, "pdf")
        content = self.file.with_suffix(".pdf").read_bytes()
        pages = len(re.findall(rb"/Type\s*/Page\b", content))
        self.assertGreaterEqual(pages, len(open_book(self.file.read_bytes()).sheetnames))
        # A4, landscape
        self.assertRegex(content, rb"/MediaBox\s*\[\s*0 0 841\.\d+ 595\.\d+")

    def test_calamine_and_openpyxl_read_the_same(self):
        book = open_book(self.file.read_bytes())
        other = self.calamine.CalamineWorkbook.from_path(str(self.file))
        self.assertEqual(other.sheet_names, book.sheetnames)
        for name in ("Clients", "Money", "Projects", "Margin by month"):
            rows = other.get_sheet_by_name(name).to_python(skip_empty_area=False)
            sheet = book[name]
            for line, values in zip(sheet.iter_rows(values_only=True), rows, strict=False):
                for ours, theirs in zip(line, values, strict=False):
                    self._assert_same(ours, theirs, name)

    def test_calamine_reads_the_orm_to_the_cent(self):
        other = self.calamine.CalamineWorkbook.from_path(str(self.file)).get_sheet_by_name("Money")
        rows = other.to_python(skip_empty_area=False)
        head = find_head(open_book(self.file.read_bytes())["Money"]) - 1
        labels = rows[head]
        found = {row[0]: dict(zip(labels, row, strict=True)) for row in rows[head + 1 :]}
        for client in self.clients.with_user(self.manager):
            row = found[client.display_name]
            self.assertEqual(round(row["Revenue"], 2), client.client_revenue)
            self.assertEqual(round(row["Margin"], 2), client.client_margin)

    def test_sums_agree_with_the_clients(self):
        rows = read_table(open_book(self.file.read_bytes())["Money"])
        total = sum(self.clients.with_user(self.manager).mapped("client_revenue"))
        self.assertAlmostEqual(sum(row["Revenue"] for row in rows), total)
