from pathlib import Path

from lxml import html

from odoo.modules.module import Manifest, get_module_path
from odoo.tests import BaseCase, tagged

ADDON = "client_health"
LARGEST = 200 * 1024
# What a shop of addons shows: text and pictures, nothing that runs or comes from elsewhere
ALLOWED = {
    *("section", "div", "h1", "h2", "h3", "p", "ul", "li", "b", "i", "br", "img", "span"),
    "body",
    "html",
}


@tagged("post_install", "-at_install")
class TestStorePage(BaseCase):
    """The page of the addon in a shop: its pictures are there, and nothing in it runs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = Path(get_module_path(ADDON))
        cls.folder = cls.root / "static/description"
        cls.page = html.parse(cls.folder / "index.html").getroot()

    def test_pictures(self):
        pictures = [self.folder / node.get("src") for node in self.page.iter("img")]
        pictures += [self.root / path for path in Manifest.for_addon(ADDON)["images"]]
        self.assertGreater(len(pictures), 3)
        for picture in pictures:
            self.assertTrue(picture.is_file(), picture)
            self.assertLessEqual(picture.stat().st_size, LARGEST, picture.name)
        self.assertTrue(all(node.get("alt") for node in self.page.iter("img")))

    def test_nothing_runs(self):
        self.assertLessEqual({node.tag for node in self.page.iter()}, ALLOWED)
        for node in self.page.iter():
            for name, value in node.attrib.items():
                self.assertIn(name, {"class", "style", "src", "alt"})
                self.assertNotIn("//", value)
                self.assertNotIn("url(", value)

    def test_headings_in_order(self):
        levels = [int(node.tag[1]) for node in self.page.iter("h1", "h2", "h3")]
        self.assertEqual(levels.count(1), 1)
        for before, after in zip(levels, levels[1:], strict=False):
            self.assertLessEqual(after, before + 1)
