"""Text work without I/O, shared by triage, adapters, agents and evals: from a mail's bytes to what it wants and says.

    bytes ─▶ mail, files ─▶ sight ─▶ authorship ─▶ screening (machinery, trust) ─▶ model ─▶ facts
                                                                     days, money, bills, people, trade ──┘

Each room says what it holds; which may look into which is held by `make check`.
"""
