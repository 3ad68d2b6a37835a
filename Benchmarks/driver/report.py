"""One number, what it should be, and what it stands beside."""

import dataclasses


@dataclasses.dataclass
class Measurement:
    name: str
    value: float
    unit: str
    # "<= 48" or ">= 300"; empty when there is no goal
    goal: str = ""
    # another program's figure for the same work in the same run, as text
    beside: str = ""

    def met(self):
        if not self.goal:
            return None
        sign, number = self.goal.split()
        return self.value <= float(number) if sign == "<=" else self.value >= float(number)

    def line(self):
        goal = {None: "", True: f"goal {self.goal}: met", False: f"goal {self.goal}: MISSED"}[self.met()]
        return f"{self.name:<46} {self.value:>10.4g} {self.unit:<9} {goal:<22} {self.beside}".rstrip()


def quantile(samples, share):
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def median(samples):
    return quantile(samples, 0.5)
