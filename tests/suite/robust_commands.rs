//! What is asked for twice, and which characters may not be said.

use asyncade::system::foreign::is_order;
use proptest::prelude::*;

use crate::support::ran;

#[test]
fn r11_a_chapter_named_twice_is_one_chapter() {
    for command in ["prove", "verify"] {
        let once = ran(&[command, "as_completed", "gather"]);
        let twice =
            ran(&[command, "as_completed", "gather", "as-completed", "gather"]);
        assert_eq!(once.code, Some(0), "{}", once.stderr);
        assert_eq!(twice.code, Some(0), "{}", twice.stderr);
        assert_eq!(twice.stdout, once.stdout);
    }
}

proptest! {
    #[test]
    fn r10_every_control_and_format_character_is_an_order(
        order in r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}--\x{200c}\x{200d}]",
        letter in r"[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]",
    ) {
        prop_assert!(order.chars().all(is_order), "{order:?}");
        prop_assert!(!letter.chars().any(is_order), "{letter:?}");
    }
}
