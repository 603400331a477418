//! A cashier: hands busy while scanning, hands idle while a customer pays.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::stage::{Lane, block, say, sleep, traced};

/// Stands there while the customer pays: the thread is kept.
async fn serve_and_stand(n: u32, scan: Duration, pay: Duration) {
    say!("Customer {n}: scanning");
    block(scan);
    say!("Customer {n}: paying");
    block(pay);
    say!("Customer {n}: done");
}

/// Gives the thread back while the customer pays.
#[traced]
async fn serve(n: u32, scan: Duration, pay: Duration) {
    say!("Customer {n}: scanning");
    block(scan);
    say!("Customer {n}: paying");
    sleep(pay).await;
    say!("Customer {n}: done");
}

/// Serves one customer from start to end, then the next.
#[traced]
pub async fn sync(customers: u32, scan: Duration, pay: Duration) {
    for n in 1..=customers {
        let customer = serve_and_stand(n, scan, pay);
        customer.lane(format!("Customer {n}")).await;
    }
}

/// While one customer pays, the next is scanned.
#[traced]
pub async fn concurrent(customers: u32, scan: Duration, pay: Duration) {
    let mut tasks = JoinSet::new();
    for n in 1..=customers {
        let customer = serve(n, scan, pay);
        tasks.spawn(customer.lane(format!("Customer {n}")));
    }
    tasks.join_all().await;
}
