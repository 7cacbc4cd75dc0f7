//! The form of NVIDIA's GPU evidence: an SPDM 1.1 request for measurements, the GPU's response and
//! its signature, one after the other.
//!
//! | bytes | what |
//! |---|---|
//! | 37 | request: version, code, two parameters, nonce (32), slot |
//! | 8 | response: version, code, two parameters, number of blocks, length of the blocks (3) |
//! | n | blocks: index, form, length (2); type, length (2), value |
//! | 32 | nonce of the GPU |
//! | 2 + n | opaque data: fields of type (2), length (2), value |
//! | 96 | ECDSA P-384 signature over everything before it, r then s |
//!
//! Numbers are little-endian. Source: DMTF DSP0274 1.1 and NVIDIA's `nv-local-gpu-verifier` 2.7.3.
//! The parser is bounded by the length of the evidence and allocates no more than its blocks.

use crate::{Version, MAX_EVIDENCE_LEN};
use alloc::vec::Vec;

const REQUEST_LEN: usize = 37;
const SIGNATURE_LEN: usize = 96;
const VERSION_1_1: u8 = 0x11;
const GET_MEASUREMENTS: u8 = 0xe0;
const MEASUREMENTS: u8 = 0x60;
/// The request asks for a signature over all measurements.
const WITH_SIGNATURE: u8 = 0x01;
const ALL_MEASUREMENTS: u8 = 0xff;
/// The only form of measurement there is.
const DMTF: u8 = 0x01;

/// Most fields of the opaque data. NVIDIA has about 30.
const MAX_FIELDS: usize = 64;

/// Fields of the opaque data that are read.
mod field {
	pub const DRIVER_VERSION: u16 = 3;
	pub const VBIOS_VERSION: u16 = 6;
	pub const CHIP_SKU: u16 = 15;
	pub const PROJECT: u16 = 17;
	pub const PROJECT_SKU: u16 = 18;
	pub const FWID: u16 = 20;
}

/// Evidence, parsed and not trusted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence<'a> {
	/// Nonce that the GPU was asked with.
	pub nonce: [u8; 32],
	/// Measured values by index, which counts from 1, in rising order.
	pub measurements: Vec<(u8, &'a [u8])>,
	/// Version of the driver.
	pub driver: Version,
	/// Version of the firmware, as it stands there.
	pub vbios: Version,
	/// Chip SKU.
	pub chip_sku: Version,
	/// Project.
	pub project: Version,
	/// Project SKU.
	pub project_sku: Version,
	/// Digest of the firmware that the signing key belongs to.
	pub fwid: [u8; 48],
	/// What is signed.
	pub signed: &'a [u8],
	/// The signature.
	pub signature: [u8; 96],
}

/// A reader that never goes past the end.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
	fn take(&mut self, len: usize) -> Option<&'a [u8]> {
		let (head, tail) = self.0.split_at_checked(len)?;
		self.0 = tail;
		Some(head)
	}

	fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
		self.take(N)?.try_into().ok()
	}

	fn u8(&mut self) -> Option<u8> {
		self.array::<1>().map(|[byte]| byte)
	}

	fn u16(&mut self) -> Option<u16> {
		self.array().map(u16::from_le_bytes)
	}

	fn u24(&mut self) -> Option<u32> {
		self.array::<3>().map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
	}

	fn is_empty(&self) -> bool {
		self.0.is_empty()
	}
}

impl<'a> Evidence<'a> {
	/// Reads evidence. `None` if it is not of the form above, or has trailing bytes.
	pub fn parse(bytes: &'a [u8]) -> Option<Self> {
		if bytes.len() > MAX_EVIDENCE_LEN as usize {
			return None;
		}
		let signed_len = bytes.len().checked_sub(SIGNATURE_LEN)?;
		let (signed, signature) = bytes.split_at_checked(signed_len)?;
		let signature = signature.try_into().ok()?;
		let mut rest = Bytes(signed);

		let mut request = Bytes(rest.take(REQUEST_LEN)?);
		let asked = request.array::<4>()?
			== [VERSION_1_1, GET_MEASUREMENTS, WITH_SIGNATURE, ALL_MEASUREMENTS];
		let nonce = request.array()?;

		let answered = rest.array::<2>()? == [VERSION_1_1, MEASUREMENTS];
		let _parameters = rest.u16()?;
		if !asked || !answered {
			return None;
		}

		let count = rest.u8()?;
		let record_len = rest.u24()?;
		let mut record = Bytes(rest.take(usize::try_from(record_len).ok()?)?);
		let mut measurements = Vec::<(u8, &[u8])>::with_capacity(count.into());
		for _ in 0..count {
			let (index, form, len) = (record.u8()?, record.u8()?, record.u16()?);
			let mut block = Bytes(record.take(len.into())?);
			let (_kind, value_len) = (block.u8()?, block.u16()?);
			let value = block.take(value_len.into())?;
			let in_order = measurements.last().is_none_or(|(last, _)| *last < index);
			if form != DMTF || index == 0 || !in_order || !block.is_empty() {
				return None;
			}
			measurements.push((index, value));
		}
		if !record.is_empty() || measurements.is_empty() {
			return None;
		}

		let _gpu_nonce = rest.array::<32>()?;
		let opaque_len = rest.u16()?;
		let mut opaque = Bytes(rest.take(opaque_len.into())?);
		if !rest.is_empty() {
			return None;
		}
		let mut fields = Vec::<(u16, &[u8])>::new();
		while !opaque.is_empty() {
			let (kind, len) = (opaque.u16()?, opaque.u16()?);
			let value = opaque.take(len.into())?;
			let known = fields.iter().any(|(known, _)| *known == kind);
			if known || fields.len() >= MAX_FIELDS {
				return None;
			}
			fields.push((kind, value));
		}
		let find = |kind| fields.iter().find(|(k, _)| *k == kind).map(|(_, value)| *value);
		let text = |kind| {
			let value = find(kind)?;
			let end = value.iter().rposition(|b| *b != 0).map_or(0, |last| last.saturating_add(1));
			Version::try_from(value.get(..end)?.to_vec()).ok().filter(|text| !text.is_empty())
		};
		Some(Self {
			nonce,
			measurements,
			driver: text(field::DRIVER_VERSION)?,
			// A number, so its zeros count.
			vbios: Version::try_from(find(field::VBIOS_VERSION)?.to_vec()).ok()?,
			chip_sku: text(field::CHIP_SKU)?,
			project: text(field::PROJECT)?,
			project_sku: text(field::PROJECT_SKU)?,
			fwid: find(field::FWID)?.try_into().ok()?,
			signed,
			signature,
		})
	}

	/// The value measured at an index of NVIDIA's manifests, which count from 0.
	pub fn measured(&self, manifest_index: u8) -> Option<&'a [u8]> {
		let index = manifest_index.checked_add(1)?;
		let at = self.measurements.binary_search_by_key(&index, |(index, _)| *index).ok()?;
		self.measurements.get(at).map(|(_, value)| *value)
	}
}
