#![no_main]

use fuzz_checks::{meter::Meter, prepare, Target};
use std::sync::LazyLock;

#[global_allocator]
static METER: Meter = Meter;

static TARGET: LazyLock<&Target> = LazyLock::new(|| prepare("voucher"));

libfuzzer_sys::fuzz_target!(init: LazyLock::force(&TARGET), |data: &[u8]| TARGET.run(data));
