"""What happened, as a table."""

from .ledger import ACKNOWLEDGED, REFUSED, UNKNOWN

HEADS = ("what broke", "times", "acknowledged", "unknown", "refused", "fewest under way", "slowest return")


class Report:
    """One line a scenario."""

    def __init__(self):
        self.lines = []

    def begin(self, name, ledger):
        """The line of a scenario that begins now."""
        self.lines.append(Line(name, ledger))
        return self.lines[-1]

    def show(self):
        """Prints the table."""
        rows = [HEADS, *(line.cells() for line in self.lines)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
        print()
        for first, *others in rows:
            cells = [first.ljust(widths[0]), *(text.rjust(width) for text, width in zip(others, widths[1:]))]
            print("  ".join(cells))
        print(flush=True)


class Line:
    """The figures of one scenario."""

    def __init__(self, name, ledger):
        self.name = name
        self.ledger = ledger
        self.before = dict(ledger.counts)
        self.after = self.before
        self.under_way = []
        self.returns = []

    def happened(self, under_way, seconds):
        """Notes one fault: requests on their way then, and how long until one was acknowledged."""
        self.under_way.append(under_way)
        self.returns.append(seconds)

    def compared(self):
        """Notes that everything up to now was held against the ledger, and holds."""
        self.after = dict(self.ledger.counts)

    def figures(self):
        """Acknowledged, unknown and refused in this scenario."""
        return [self.after[state] - self.before[state] for state in (ACKNOWLEDGED, UNKNOWN, REFUSED)]

    def progress(self):
        """How it stands, in one line."""
        acknowledged, unknown, refused = self.figures()
        return (f"{acknowledged:,} acknowledged, {unknown:,} unknown, {refused:,} refused;"
                f" {self.under_way[-1]} under way; back after {self.returns[-1]:.1f} s")

    def cells(self):
        """Its cells in the table."""
        returns = f"{max(self.returns):.1f} s" if self.returns else "-"
        return (self.name, str(len(self.returns)), *(f"{figure:,}" for figure in self.figures()),
                str(min(self.under_way, default=0)), returns)
