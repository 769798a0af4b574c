"""The life of a filing: one lodged message with its versions."""

from declarations.lifecycle.machine import Machine, Transition

FILING = Machine(
    "filing",
    "Filing",
    (
        Transition("F2", "", "reject", "rejected", "ICS code list MessageTypes, IE316"),
        Transition("F3", "", "register", "registered", "Reg. (EU) 2015/2447 Art. 185(1), IE328"),
        Transition("F4", "registered", "amend", "registered", "UCC Art. 129, IE304"),
        Transition("F6", "registered", "invalidate", "invalidated", "ICS2 only, IE3R07"),
        Transition("F7", "registered", "expire", "expired", "200 days, UCC Art. 129(3)"),
        Transition("F8", "registered", "supersede", "superseded", "dual filing, our decision"),
        Transition("F8b", "registered", "withdraw", "invalidated", "by an officer, our decision"),
        Transition("F9", "registered", "close", "closed", "our decision"),
    ),
)
