//! Commands that are asked for the same thing twice.

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
