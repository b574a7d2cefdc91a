"""What the fuzzer found in release 0.1.0: the fault, its story, and seeds that showed it. All are to be mended."""

FOUND: dict[str, tuple[str, tuple[int, ...]]] = {
    "lost and acting late, the repeat refused: said refused": ("lost, then refused", (25, 192, 234, 254)),
    "401, renewed, and the server gone: unavailable with attempts 1": ("gone at a renewal", (44, 63, 65, 92, 132)),
    "the same, gone after the renewal": ("gone after a renewal", (212, 301)),
    "a signal while the renewal hangs: unavailable with attempts 1": ("stopped at a renewal", (9, 144, 317)),
    "75 shown once, then nothing, and cancelled later: said refused": ("a stale failure", (12, 50, 61, 83)),
    "Retry-After 0 for ever: a cancel a second": ("limited for ever", (17, 30, 81, 163)),
    "Retry-After with an absurd date: exit 1": ("limited for ever", (34, 120, 122, 130)),
    "102 or 103: an order judged by another one's answer": ("shifted replies", (147, 211)),
    "a negative chunk size: exit 1": ("odd framing", (37, 69, 158)),
    "JSON 500 to 900 deep: hangs for ever": ("deep JSON", (282,)),
    "an id that clashes with another row's: a false success": ("clashing ids", (151, 283)),
    "a signal after the last answer: the report is lost": ("a signal at the end", (119, 466, 490)),
    "half an acceptance: requested, exit 0": ("half accepted", (6, 26, 86, 95)),
    "408 taken for a refusal": ("408", (77, 78, 174)),
    "any of these by chance": ("anything", (1, 3, 18, 21, 31)),
}
