//! Evidence of GPUs: [`Evidence::parse`] and [`gpu::verify`], as the pallet calls them.

use crate::{
	input::{choice, flipped, seed, Input},
	meter::within,
	pki::{Gpu, Key, NOW},
	samples::fixture,
};
use core::cell::RefCell;
use pallet_confidential_compute::{
	gpu::{subjects, verify, GpuFault, GpuLists},
	spdm::Evidence,
	Golden, GoldenSet, GpuArch, GpuFacts, NvidiaDeviceRoot, PinnedIssuer, MAX_EVIDENCE_LEN,
};
use sp_core::{Get, H256};
use sp_io::hashing::blake2_256;
use std::{collections::BTreeMap, sync::OnceLock};

/// Memory for reading evidence.
const PARSE_MEMORY: usize = 32 * 1024;
/// Memory for verifying it, with the certificates.
const VERIFY_MEMORY: usize = 256 * 1024;
/// Bytes of a signature.
const SIGNATURE: usize = 96;

const PARSE: u8 = 0;
const REAL: u8 = 1;
const FAKE: u8 = 2;
const OVERLONG: u8 = 3;
const MODES: u8 = 4;

const HOPPER: &[u8] = fixture!("hopper/evidence.bin");
const HOPPER_NOW: u64 = 1_750_329_207;

pub fn hopper_chain() -> Vec<Vec<u8>> {
	vec![
		fixture!("hopper/certificate_0.der").to_vec(),
		fixture!("hopper/certificate_1.der").to_vec(),
		fixture!("hopper/certificate_2.der").to_vec(),
		fixture!("hopper/certificate_3.der").to_vec(),
	]
}

thread_local! {
	static GOLDEN: RefCell<BTreeMap<H256, GoldenSet>> = const { RefCell::new(BTreeMap::new()) };
	static PINNED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// What the chain knows: golden measurements, and perhaps one pinned authority.
pub struct Lists;

impl GpuLists for Lists {
	fn pinned(certificate: &[u8]) -> Option<PinnedIssuer> {
		let known = PINNED.with_borrow(|pinned| pinned.as_deref() == Some(certificate));
		known.then(|| PinnedIssuer { serials: Default::default() })
	}

	fn is_revoked(_: &H256) -> bool {
		false
	}

	fn golden(key: &H256) -> Option<GoldenSet> {
		GOLDEN.with_borrow(|sets| sets.get(key).cloned())
	}
}

/// Pins an authority from now on, or none.
pub fn pin(certificate: Option<Vec<u8>>) {
	PINNED.set(certificate);
}

/// Takes for golden what `evidence` measured, on a device of the generation `arch`.
pub fn trust(arch: GpuArch, evidence: &Evidence<'_>) {
	let all = evidence.measurements.iter().filter_map(|(index, value)| {
		Some(Golden { index: index - 1, digest: (*value).try_into().ok()? })
	});
	let set: GoldenSet = all.take(96).collect::<Vec<_>>().try_into().unwrap_or_default();
	let [driver, firmware] = subjects(arch, evidence).map(|subject| subject.key());
	GOLDEN.set(BTreeMap::from([(driver, set.clone()), (firmware, set)]));
}

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	match input.u8() % MODES {
		PARSE => {
			read(input.rest());
		}
		REAL => real(&mut input),
		FAKE => signed_by_stand_in(&mut input),
		_ => overlong(&mut input),
	}
}

/// Evidence is read as it stands there, if it is read at all.
fn read(bytes: &[u8]) -> Option<Evidence<'_>> {
	let parsed = within(PARSE_MEMORY, || Evidence::parse(bytes))?;
	assert!(bytes.len() <= MAX_EVIDENCE_LEN as usize);
	assert_eq!([parsed.signed, &parsed.signature].concat(), bytes);
	assert_eq!(parsed.signature.len(), SIGNATURE);
	assert_eq!(parsed.nonce, bytes[4..36]);
	assert!(parsed.measurements.windows(2).all(|pair| pair[0].0 < pair[1].0));
	for (index, value) in &parsed.measurements {
		assert_eq!(parsed.measured(index - 1), Some(*value));
	}
	let measured = (0..=255).filter(|index| parsed.measured(*index).is_some()).count();
	assert_eq!(measured, parsed.measurements.len());

	// Written again from what was read, it reads the same.
	let again = [&unsigned(&parsed)[..], &parsed.signature].concat();
	if again.len() <= MAX_EVIDENCE_LEN as usize {
		let reread = Evidence::parse(&again).expect("what was written is read");
		assert_eq!(Evidence { signed: parsed.signed, ..reread }, parsed);
	}
	Some(parsed)
}

/// Evidence that says what `parsed` says.
fn unsigned(parsed: &Evidence<'_>) -> Vec<u8> {
	let mut blocks = Vec::new();
	for (index, value) in &parsed.measurements {
		let value_len = value.len() as u16;
		blocks.extend([*index, 1]);
		blocks.extend((value_len + 3).to_le_bytes());
		blocks.push(0);
		blocks.extend(value_len.to_le_bytes());
		blocks.extend(*value);
	}
	let mut opaque = Vec::new();
	for (kind, value) in [
		(3u16, &parsed.driver[..]),
		(6, &parsed.vbios),
		(15, &parsed.chip_sku),
		(17, &parsed.project),
		(18, &parsed.project_sku),
		(20, &parsed.fwid),
	] {
		opaque.extend(kind.to_le_bytes());
		opaque.extend((value.len() as u16).to_le_bytes());
		opaque.extend(value);
	}
	[
		&[0x11, 0xe0, 1, 0xff][..],
		&parsed.nonce,
		&[0, 0x11, 0x60, 0, 0, parsed.measurements.len() as u8],
		&(blocks.len() as u32).to_le_bytes()[..3],
		&blocks,
		&[0; 32],
		&(opaque.len() as u16).to_le_bytes(),
		&opaque,
	]
	.concat()
}

/// Nobody can make the device's signature: whatever passes is what it signed.
fn real(input: &mut Input) {
	let mut bytes = HOPPER.to_vec();
	let raw = input.u8().is_multiple_of(2);
	if raw {
		bytes = input.rest().to_vec();
	} else {
		input.edit(&mut bytes, 4);
	}
	let genuine = Evidence::parse(HOPPER).expect("a sample");
	let Some(parsed) = read(&bytes) else { return };
	// All that it measured is taken for good, so that the signature alone stands in the way.
	trust(GpuArch::Hopper, &parsed);
	pin(None);
	let root = NvidiaDeviceRoot::get();
	let result = within(VERIFY_MEMORY, || {
		verify::<Lists>(root, &hopper_chain(), &bytes, &parsed.nonce, HOPPER_NOW)
	});
	if let Ok(facts) = result {
		assert_eq!(parsed.signed, genuine.signed, "what no GPU has signed passes");
		assert_eq!(facts.evidence, H256(blake2_256(&bytes)));
	}
}

/// A GPU of the stand-in for NVIDIA, and its chain.
pub fn fake_gpu(arch: GpuArch) -> &'static (Gpu, Vec<Vec<u8>>) {
	static GPUS: OnceLock<[(Gpu, Vec<Vec<u8>>); 2]> = OnceLock::new();
	let [hopper, blackwell] = GPUS.get_or_init(|| {
		[GpuArch::Hopper, GpuArch::Blackwell].map(|arch| {
			let gpu = Gpu { arch, ..Gpu::hopper("gpu") };
			let chain = gpu.chain();
			(gpu, chain)
		})
	});
	match arch {
		GpuArch::Hopper => hopper,
		GpuArch::Blackwell => blackwell,
	}
}

/// The key with which that GPU signs evidence.
pub fn fake_leaf_key(gpu: &Gpu) -> Key {
	let (_, key, _) = gpu.drafts().remove(0);
	key
}

pub fn fake_root() -> &'static [u8] {
	static ROOT: OnceLock<Vec<u8>> = OnceLock::new();
	ROOT.get_or_init(Gpu::root)
}

/// Evidence with these contents, signed by the stand-in's GPU.
fn signed_by_stand_in(input: &mut Input) {
	let arch = if input.u8().is_multiple_of(2) { GpuArch::Hopper } else { GpuArch::Blackwell };
	let (gpu, chain) = fake_gpu(arch);
	let contents = input.rest();
	let bytes = [contents, &fake_leaf_key(gpu).sign(contents)].concat();
	let Some(parsed) = read(&bytes) else { return };
	trust(arch, &parsed);
	// Spares two of the signatures.
	pin(Some(chain[2].clone()));
	let judge = |bytes: &[u8], nonce| -> Result<GpuFacts, _> {
		verify::<Lists>(fake_root(), &chain[..3], bytes, nonce, NOW)
	};
	if let Ok(facts) = within(VERIFY_MEMORY, || judge(&bytes, &parsed.nonce)) {
		assert_eq!((facts.arch, parsed.fwid), (arch, gpu.fwid));
		assert_eq!(facts.evidence, H256(blake2_256(&bytes)));
		let other = flipped(&parsed.nonce, choice(&bytes)).try_into().expect("as long");
		assert_eq!(judge(&bytes, &other), Err(GpuFault::WrongNonce));
		let bad = flipped(&bytes, choice(&bytes));
		if let Some(reread) = Evidence::parse(&bad) {
			trust(arch, &reread);
			let passes = judge(&bad, &reread.nonce).is_ok();
			assert!(!passes, "passes with a bit flipped");
		}
	}
}

/// Evidence above the bound is refused without being looked at.
fn overlong(input: &mut Input) {
	let mut bytes = input.rest().to_vec();
	bytes.resize(MAX_EVIDENCE_LEN as usize + 1 + usize::from(bytes.len() as u8), 7);
	assert_eq!(within(0, || Evidence::parse(&bytes)), None);
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = vec![
		seed(&[&[PARSE], HOPPER]),
		seed(&[&[REAL, 0], HOPPER]),
		vec![REAL, 1],
		vec![REAL, 1, 0x60, 0, 1],
		seed(&[&[FAKE, 0], &HOPPER[..HOPPER.len() - SIGNATURE]]),
		vec![OVERLONG],
	];
	for (at, arch) in (0u8..).zip([GpuArch::Hopper, GpuArch::Blackwell]) {
		let gpu = &fake_gpu(arch).0;
		seeds.push(seed(&[&[FAKE, at], &gpu.unsigned_evidence(&[7; 32])]));
		seeds.push(seed(&[&[PARSE], &gpu.evidence(&[8; 32])]));
		let other = Gpu { reported_fwid: [1; 48], ..gpu.clone() };
		seeds.push(seed(&[&[FAKE, at], &other.unsigned_evidence(&[9; 32])]));
	}
	seeds
}
