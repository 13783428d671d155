"""How well errors stand for causes: scores of groups and of rankings against the truth."""

from collections import Counter, defaultdict


def of_groups(pairs):
    """Pairwise precision, recall and F1, and B-cubed F1, of (error, cause) of each occurrence."""
    cells, errors, causes = Counter(pairs), Counter(e for e, _ in pairs), Counter(c for _, c in pairs)
    together, made, true = couples(cells), couples(errors), couples(causes)
    precision = together / made if made else 1.0
    recall = together / true if true else 1.0
    count = len(pairs)
    b_precision = sum(n * n / errors[error] for (error, _), n in cells.items()) / count
    b_recall = sum(n * n / causes[cause] for (_, cause), n in cells.items()) / count
    return {
        "precision": precision, "recall": recall, "f1": harmonic(precision, recall),
        "b_cubed_f1": harmonic(b_precision, b_recall),
    }


def couples(counts):
    """Couples within groups of these sizes."""
    return sum(n * (n - 1) / 2 for n in counts.values())


def harmonic(one, other):
    """The harmonic mean."""
    return 2 * one * other / (one + other) if one + other else 0.0


def macro_rr_at_1(occurrences, nearest, by_share=False):
    """Of each cause that occurred more than once, how often another occurrence of it comes first.

    `occurrences` are (error, cause); `nearest` gives the error that is most similar to one, or None.
    What stands in the same error comes first; where there is nothing else in it, what stands in the
    most similar one. It is found if that error holds it; by share, as far as that error holds nothing else.
    """
    cells, errors = Counter(occurrences), Counter(error for error, _ in occurrences)
    causes = Counter(cause for _, cause in occurrences)
    found = defaultdict(list)
    for error, cause in occurrences:
        if causes[cause] < 2:
            continue
        alone = errors[error] == 1
        first = nearest.get(error) if alone else error
        itself = 0 if alone else 1
        right, all_there = cells[first, cause] - itself, errors[first] - itself
        share = right / all_there if right else 0.0
        found[cause].append(share if by_share else min(right, 1))
    means = [sum(shares) / len(shares) for shares in found.values()]
    return sum(means) / len(means) if means else 1.0
