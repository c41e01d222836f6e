"""The oracle against results written down by hand."""
import unittest

import yaml

import oracle

PAGE = """
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: gcpbackend-migration, namespace: default}
spec:
  hosts: [service-entry.com]
  http:
  - route:
    - {destination: {host: service-entry.com}, weight: 100}
"""
MOVE = oracle.Move("service-entry.com", "gcpbackend.com")


class Oracle(unittest.TestCase):
    def http(self, text, stage, move=MOVE):
        return oracle.apply(list(yaml.safe_load_all(text)), move, stage)[0]["spec"]["http"]

    def test_the_page(self):
        self.assertEqual(self.http(PAGE, 10), [{"route": [
            {"destination": {"host": "service-entry.com"}, "weight": 90}, {"destination": {"host": "gcpbackend.com"}, "weight": 10}]}])

    def test_mirror_copies_safe_methods(self):
        copy, route = self.http(PAGE, "mirror")
        self.assertEqual(copy["match"], [{"method": {"exact": "GET"}}, {"method": {"exact": "HEAD"}}])
        self.assertEqual((copy["mirror"], copy["mirrorPercentage"]), ({"host": "gcpbackend.com"}, {"value": 10}))
        self.assertEqual(route, {"route": [{"destination": {"host": "service-entry.com"}, "weight": 100}]})

    def test_split(self):
        for base, percent, olds, new in [([100], 10, [90], 10), ([60, 40], 25, [45, 30], 25), ([50, 50], 25, [38, 37], 25),
                                         ([1, 99], 50, [1, 49], 50), ([33, 33, 34], 10, [30, 30, 30], 10), ([10], 25, [8], 2),
                                         ([1, 99], 99, [1, 1], 98), ([7, 3], 100, [0, 0], 10)]:
            self.assertEqual(oracle.split(base, percent), (olds, new), (base, percent))

    def test_refusals(self):
        for change, code in [(("weight: 100", 'weight: "100"'), "GCB1009"), (("weight: 100", "weight: 0"), "GCB1008"),
                             (("weight: 100", "weight: 3"), "GCB1007"), (("host: service-entry.com", "host: other.com"), "GCB1001"),
                             (("{host: service-entry.com}", "{host: service-entry.com, port: {number: 80}}"), "GCB1006")]:
            with self.assertRaises(oracle.Refusal) as refused:
                self.http(PAGE.replace(*change), 10)
            self.assertIn(code, refused.exception.codes)


if __name__ == "__main__":
    done = unittest.main(exit=False).result
    bad = len(done.failures) + len(done.errors)
    print(f"{done.testsRun - bad} passed, {bad} failed, 0 skipped")
    raise SystemExit(bool(bad))
