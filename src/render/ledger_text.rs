//! What comes to the ledger and what goes, in words.

use super::wording::grouped;
use crate::plan::{LedgerMoves, Moves};

/// `2 more and 1 fewer records not used, 1 more dispute`; empty where nothing moves.
pub fn ledger_words(ledger: &LedgerMoves) -> String {
    let LedgerMoves { skipped, disputes, unknown, disagreements } = ledger;
    let parts = [
        (skipped, "record not used", "records not used"),
        (disputes, "dispute", "disputes"),
        (unknown, "person unknown", "people unknown"),
        (disagreements, "disagreement", "disagreements"),
    ];
    let told = parts.into_iter().filter_map(|(moves, one, several)| words(moves, one, several));
    told.collect::<Vec<_>>().join(", ")
}

fn words(moves: &Moves, one: &str, several: &str) -> Option<String> {
    let noun = |count| if count == 1 { one } else { several };
    match (moves.come, moves.go) {
        (0, 0) => None,
        (come, 0) => Some(format!("{} more {}", grouped(come), noun(come))),
        (0, go) => Some(format!("{} fewer {}", grouped(go), noun(go))),
        (come, go) => {
            Some(format!("{} more and {} fewer {}", grouped(come), grouped(go), noun(go)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_moves_is_told() {
        let of = |come, go| Moves { come, go };
        let mut ledger = LedgerMoves { skipped: of(2, 0), ..LedgerMoves::default() };
        assert_eq!(ledger_words(&ledger), "2 more records not used");
        (ledger.disputes, ledger.unknown) = (of(0, 1), of(1200, 3));
        assert_eq!(
            ledger_words(&ledger),
            "2 more records not used, 1 fewer dispute, 1,200 more and 3 fewer people unknown"
        );
        assert_eq!(ledger_words(&LedgerMoves::default()), "");
    }
}
