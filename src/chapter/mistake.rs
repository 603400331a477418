//! The misunderstandings that a wrong prediction comes from.

use serde::Serialize;

/// How somebody comes to a wrong answer. Each leads to a value of its own,
/// which a run's trace and its knobs say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mistake {
    /// All waits come one after the other.
    Sum,
    /// All waits go on at once.
    Longest,
    /// It goes as in another scene of the chapter.
    OtherScene,
    /// Things happen in the order of the calls.
    CallOrder,
    /// Whatever is made runs before main goes on.
    TasksFirst,
    /// Lanes take turns, whatever they do.
    Turns,
    /// It is over as soon as it is asked to end.
    AtOnce,
    /// Nothing has to be waited for.
    NoWait,
    /// It is not reached.
    NotReached,
    /// Time alone does it.
    Timer,
    /// It never happens.
    Never,
    /// It happens when main ends.
    MainsEnd,
    /// It ends when its own time is over, as if nothing had come between.
    OwnTime,
    /// Nobody stops it.
    Unstopped,
    /// Somebody stops it.
    Stopped,
    /// The first one to end decides.
    FirstEnd,
    /// The last one that was called decides.
    LastCall,
    /// Whoever waits has the thread.
    WaitHolds,
    /// The others go on while somebody blocks.
    OthersGoOn,
    /// All of them are there all the time.
    AllAlive,
    /// It hangs on the figure that was changed.
    HangsOnIt,
}

impl Mistake {
    /// It, as a sentence about an answer.
    pub fn says(self) -> &'static str {
        match self {
            Mistake::Sum => {
                "That is the sum of the waits, as if each had to wait for the \
                 one before."
            }
            Mistake::Longest => {
                "That is the longest of the waits, as if all of them went on \
                 at once."
            }
            Mistake::OtherScene => "That is so in another scene.",
            Mistake::CallOrder => "That is the order of the calls.",
            Mistake::TasksFirst => {
                "That is as if main went on only when the others had run."
            }
            Mistake::Turns => "That is how it goes if they take turns.",
            Mistake::AtOnce => {
                "That is when somebody is asked to end, as if that took no \
                 time."
            }
            Mistake::NoWait => "That is as if nothing had to be waited for.",
            Mistake::NotReached => "That is as if it were never reached.",
            Mistake::Timer => "That is as if time alone did it.",
            Mistake::Never => "That is as if something prevented it.",
            Mistake::MainsEnd => "That is when main ends.",
            Mistake::OwnTime => {
                "That is when its own time would be over, as if nothing came \
                 between."
            }
            Mistake::Unstopped => "That is as if nobody stopped it.",
            Mistake::Stopped => "That is as if somebody had stopped it.",
            Mistake::FirstEnd => "That is the first of them to end.",
            Mistake::LastCall => "That is the one that was called last.",
            Mistake::WaitHolds => "That one waits, and gives the thread back.",
            Mistake::OthersGoOn => {
                "That is as if nobody else had the thread at the time."
            }
            Mistake::AllAlive => "That counts those that have ended, too.",
            Mistake::HangsOnIt => {
                "That claim says the same before and after the change."
            }
        }
    }
}
