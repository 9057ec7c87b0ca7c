"""Goal: nothing is laid down for names that cannot be. Method: the checks alone; what is laid down is tests/new_context_test.py's."""

import unittest

from maru_cli import common, deployments, new

BOOKS = [d for d in deployments.load(common.ROOT) if d.system == "books"]


class NewTest(unittest.TestCase):
    def test_refuses_what_cannot_be_a_context(self):
        for system, context, known in (("novels", "statistics", []), ("books", "Statistics", BOOKS), ("books", "a-b", BOOKS),
                                       ("books", "", BOOKS), ("books", "library", BOOKS)):
            with self.subTest(f"{system}/{context}"), self.assertRaises(common.Failure):
                new._check_name(system, context, known)

    def test_refuses_events_that_nobody_tells_of(self):
        for source, event in (("statistics", "Reserved"), ("library", "Reserved"), ("admin", "Reserved")):
            with self.subTest(f"{source}/{event}"), self.assertRaises(common.Failure):
                new._words_of_event("books", source, event, BOOKS)

    def test_knows_what_an_event_is_about(self):
        words = new._words_of_event("books", "library", "Warehoused", BOOKS)
        self.assertEqual(words["correlation_field"], "library_id")
        self.assertEqual(words["event_namespace"], "maru::books::library")

    def test_a_generic_contract_has_no_system_in_its_package(self):
        food = [d for d in deployments.load(common.ROOT) if d.system == "food"]
        self.assertEqual(new._words_of_event("food", "payment", "PaymentApproved", food)["event_folder"], "maru/payment")


if __name__ == "__main__":
    unittest.main()
