from odoo.tests import BaseCase, tagged

from ...engine.agreement.text_diff import mark_differences


@tagged("post_install", "-at_install")
class TestTextDiff(BaseCase):
    def test_words(self):
        self.assertEqual(
            mark_differences("<p>We answer in two days.</p>", "<p>We answer in one day.</p>"),
            (
                "<p>We answer in <del>two days.</del></p>",
                "<p>We answer in <ins>one day.</ins></p>",
            ),
        )

    def test_space_behind_a_word_is_no_difference(self):
        old, new = mark_differences("<p>one two</p>", "<p>one  two </p>")
        self.assertNotIn("<del>", old)
        self.assertNotIn("<ins>", new)

    def test_tags_are_never_marked(self):
        old, new = mark_differences(
            "<ul><li>Shop</li></ul>", "<ul><li>Shop</li><li>Blog <b>too</b></li></ul>"
        )
        self.assertEqual(old, "<ul><li>Shop</li></ul>")
        self.assertEqual(
            new, "<ul><li>Shop</li><li><ins>Blog</ins> <b><ins>too</ins></b></li></ul>"
        )

    def test_nothing_on_one_side(self):
        self.assertEqual(mark_differences(False, "<p>New</p>"), ("", "<p><ins>New</ins></p>"))
        self.assertEqual(mark_differences("<p>Old</p>", None), ("<p><del>Old</del></p>", ""))
        self.assertEqual(mark_differences("", ""), ("", ""))

    def test_text_stays_escaped(self):
        _old, new = mark_differences("", "<p>a &lt;script&gt; b</p>")
        self.assertEqual(new, "<p><ins>a &lt;script&gt; b</ins></p>")
