//! A screen that nobody looks at: what a reporter writes, for a format that is
//! made of it.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// What has been written. A clone of it is what is written to.
#[derive(Clone, Default)]
pub(super) struct Written(Rc<RefCell<Vec<u8>>>);

impl Written {
    /// What has been written since this was asked last.
    pub fn take(&self) -> String {
        String::from_utf8_lossy(&self.0.take()).into_owned()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
