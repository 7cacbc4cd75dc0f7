//! Certificates and chains of them: [`pallet_confidential_compute::x509`], and the chains of
//! [`gpu::verify`](pallet_confidential_compute::gpu::verify).

use crate::{
	evidence::{fake_gpu, fake_leaf_key, fake_root, hopper_chain, pin, trust, Lists},
	input::{choice, flipped, seed, Input},
	meter::within,
	pki::{Intel, Key, NOW},
	samples::{fake, intel_root_key, real, sign, signed_part},
};
use der::{Decode as _, Encode as _};
use pallet_confidential_compute::{
	gpu::{verify, GpuFault},
	spdm::Evidence,
	x509::{check_p256_ca, crl_dates, is_listed, P384Certificate, Use},
	GpuArch, TeeKind, MAX_CERTIFICATE_LEN, MAX_GPU_CHAIN,
};
use x509_cert::Certificate;

/// Memory for a chain of certificates.
const MEMORY: usize = 256 * 1024;

const PARSE: u8 = 0;
const LEAF: u8 = 1;
const DEVICE: u8 = 2;
const CHAIN: u8 = 3;
const PCK_CA: u8 = 4;
const LISTED: u8 = 5;
const MODES: u8 = 6;

/// The nonce that evidence is asked for with.
const NONCE: [u8; 32] = [3; 32];

pub fn check(data: &[u8]) {
	let mut input = Input::new(data);
	match input.u8() % MODES {
		PARSE => read(input.rest()),
		LEAF => link(&mut input, 0),
		DEVICE => link(&mut input, 1),
		CHAIN => chain(&mut input),
		PCK_CA => pck_ca(&mut input),
		_ => {
			let len = usize::from(input.u16());
			let (list, certificate) = (input.take(len), input.rest());
			let _ = within(MEMORY, || is_listed(list, certificate));
			let _ = within(MEMORY, || crl_dates(list));
		}
	}
}

/// A certificate that is read has one encoding, and its parts are found in it.
fn read(der: &[u8]) {
	let Ok(parsed) = within(MEMORY, || P384Certificate::parse(der)) else { return };
	let whole = Certificate::from_der(der).expect("parsed before");
	assert_eq!(whole.to_der().expect("encodes"), der);
	assert_eq!(whole.tbs_certificate().to_der().expect("encodes"), signed_part(der));
	let key = parsed.key_hash().expect("a key");
	let spki = whole.tbs_certificate().subject_public_key_info().to_der().expect("encodes");
	assert_eq!(key.0, sp_io::hashing::blake2_256(&spki));
	for used in [Use::Leaf, Use::Ca(0), Use::Ca(3)] {
		if parsed.check(NOW, used).is_ok() {
			assert_eq!(parsed.check(NOW, used), Ok(()));
			// A leaf is no authority.
			assert!(used == Use::Leaf || parsed.check(NOW, Use::Leaf).is_err() || !is_ca(&whole));
		}
	}
	// Not its own issuer, unless it says so.
	if parsed.issued_by(&parsed).is_ok() {
		assert_eq!(whole.tbs_certificate().issuer(), whole.tbs_certificate().subject());
	}
}

fn is_ca(certificate: &Certificate) -> bool {
	use x509_cert::ext::pkix::BasicConstraints;
	let found = certificate.tbs_certificate().get_extension::<BasicConstraints>();
	matches!(found, Ok(Some((_, constraints))) if constraints.ca)
}

/// A chain in which one certificate says what the input wants, signed by the next one's key.
fn link(input: &mut Input, at: usize) {
	let arch = if input.u8().is_multiple_of(2) { GpuArch::Hopper } else { GpuArch::Blackwell };
	let (gpu, chain) = fake_gpu(arch);
	let signed = input.rest();
	let (_, _, issuer) = gpu.drafts().remove(at);
	let mut altered = chain[..3].to_vec();
	altered[at] = sign(signed, &issuer);
	let evidence = gpu.evidence(&NONCE);
	let parsed = Evidence::parse(&evidence).expect("evidence");
	// Whichever generation the certificate names.
	let judge = |chain: &[Vec<u8>]| {
		[GpuArch::Hopper, GpuArch::Blackwell].map(|arch| {
			trust(arch, &parsed);
			verify::<Lists>(fake_root(), chain, &evidence, &NONCE, NOW)
		})
	};
	pin(Some(chain[2].clone()));
	for facts in within(MEMORY, || judge(&altered)).into_iter().flatten() {
		let leaf = P384Certificate::parse(&altered[0]).expect("passed");
		assert_eq!(facts.leaf_key, leaf.key_hash().expect("passed"));
		let device = P384Certificate::parse(&altered[1]).expect("passed");
		assert_eq!(facts.device_key, device.key_hash().expect("passed"));
		let mut bad = altered.clone();
		bad[at] = flipped(&bad[at], choice(&bad[at]));
		assert!(judge(&bad).iter().all(Result::is_err), "passes with a bit flipped");
	}
}

/// Any chain: whatever passes ends in a certificate that the root or a pinned authority signed.
fn chain(input: &mut Input) {
	let (_, genuine) = fake_gpu(GpuArch::Hopper);
	pin((input.u8() % 2 == 1).then(|| genuine[2].clone()));
	let Ok(chain) = <Vec<Vec<u8>> as codec::Decode>::decode(&mut input.rest()) else { return };
	let gpu = &fake_gpu(GpuArch::Hopper).0;
	let evidence = gpu.evidence(&NONCE);
	trust(GpuArch::Hopper, &Evidence::parse(&evidence).expect("evidence"));
	let result = within(MEMORY, || verify::<Lists>(fake_root(), &chain, &evidence, &NONCE, NOW));
	let long = chain.len() > MAX_GPU_CHAIN as usize
		|| chain.iter().any(|der| der.len() > MAX_CERTIFICATE_LEN as usize);
	if long {
		assert_eq!(result, Err(GpuFault::ChainLength));
	}
	if result.is_ok() {
		assert!((3..=4).contains(&chain.len()), "passes with {} certificates", chain.len());
		for (der, known) in chain.iter().zip(genuine) {
			assert_eq!(signed_part(der), signed_part(known), "what nobody has signed passes");
		}
	}
}

/// The CA that certifies platforms, under either root.
fn pck_ca(input: &mut Input) {
	if input.u8().is_multiple_of(2) {
		let s = &input.pick(real()).statements;
		let der = input.rest();
		if within(MEMORY, || check_p256_ca(&s.root, der, s.now)).is_ok() {
			let known = real().iter().any(|sample| {
				let ca = pem::parse_many(&sample.statements.pck_ca).expect("in PEM").remove(0);
				signed_part(ca.contents()) == signed_part(der)
			});
			assert!(known || signed_part(der) == signed_part(&s.root), "nobody has signed it");
		}
	} else {
		let s = fake(TeeKind::Tdx);
		let der = sign(input.rest(), &intel_root_key());
		if within(MEMORY, || check_p256_ca(&s.root, &der, s.now)).is_ok() {
			let whole = Certificate::from_der(&der).expect("passed");
			assert!(is_ca(&whole));
			let bad = flipped(&der, choice(&der));
			assert!(check_p256_ca(&s.root, &bad, s.now).is_err(), "passes with a bit flipped");
		}
	}
}

/// A chain as it stands in a call.
fn scale(chain: &[Vec<u8>]) -> Vec<u8> {
	codec::Encode::encode(chain)
}

pub fn seeds() -> Vec<Vec<u8>> {
	let mut seeds = Vec::new();
	for der in hopper_chain() {
		seeds.push(seed(&[&[PARSE], &der]));
		seeds.push(seed(&[&[LEAF, 0], signed_part(&der)]));
	}
	seeds.push(seed(&[&[PARSE], fake_root()]));
	for (at, arch) in (0u8..).zip([GpuArch::Hopper, GpuArch::Blackwell]) {
		let (gpu, chain) = fake_gpu(arch);
		seeds.push(seed(&[&[LEAF, at], signed_part(&chain[0])]));
		seeds.push(seed(&[&[DEVICE, at], signed_part(&chain[1])]));
		seeds.push(seed(&[&[CHAIN, 0], &scale(chain)]));
		seeds.push(seed(&[&[CHAIN, 1], &scale(&chain[..3])]));
		seeds.push(seed(&[&[PARSE], &chain[0]]));
		debug_assert!(matches!(fake_leaf_key(gpu), Key::P384(_)));
	}
	seeds.push(seed(&[&[CHAIN, 0], &scale(&hopper_chain())]));
	for (at, sample) in (0u8..).zip(real()) {
		let s = &sample.statements;
		let ca = pem::parse_many(&s.pck_ca).expect("in PEM").remove(0).into_contents();
		seeds.push(seed(&[&[PCK_CA, 0, at], &ca]));
		seeds.push(seed(&[&[PCK_CA, 1], signed_part(&ca)]));
		for list in [&s.root_crl, &s.pck_crl] {
			let len = (list.len() as u16).to_le_bytes();
			seeds.push(seed(&[&[LISTED], &len, list, &ca]));
		}
	}
	for tee in [TeeKind::Sgx, TeeKind::Tdx] {
		seeds.push(seed(&[&[PCK_CA, 1], signed_part(&Intel::ca_certificate(tee))]));
	}
	seeds
}
