//! main
use asyncade::{chapter::*, demos, run, trace::*};
fn main() {
    for chapter in demos::CHAPTERS {
        let knobs = Knobs::new(chapter.knobs);
        let mut traces = vec![];
        for scene in chapter.scenes {
            let trace = run::scene(chapter, scene, &knobs, Clock::Virtual).unwrap();
            println!("== {} {}", chapter.name, scene.name);
            for e in &trace.events { if let What::Say{text,..} = &e.what { println!("{:?} {} {}", e.at(), e.lane, text) }
             if let What::End{outcome,detail} = &e.what { println!("{:?} {} END {} {:?}", e.at(), e.lane, outcome,detail) }  }
            traces.push(trace);
        }
        let p = Played::new(&knobs, &traces);
        for c in chapter.claims { println!("{} {:?}", c.id, p.check(c)); }
    }
}
