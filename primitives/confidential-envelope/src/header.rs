//! What the chain reads of an envelope: version, suite and `enc`.

/// The one version of the byte layout.
pub const VERSION: u8 = 1;
/// Bytes of a header: version, suite, `enc`.
pub const HEADER_LEN: usize = 34;
/// Bytes that sealing adds to its plaintext.
pub const TAG_LEN: usize = 16;
/// Bytes of a data key.
pub const DATA_KEY_LEN: usize = 32;
/// Bytes of a sealed data key.
pub const DATA_KEY_ENVELOPE_LEN: usize = HEADER_LEN + DATA_KEY_LEN + TAG_LEN;

/// An X25519 public key.
pub type PublicKey = [u8; 32];

/// How an envelope is sealed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Suite {
	/// HKDF-SHA256 and ChaCha20-Poly1305 under a data key. `enc` commits to the data key.
	DataKey = 1,
	/// HPKE (RFC 9180) base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
	/// `enc` is the encapsulated key.
	Hpke = 2,
}

/// What an envelope holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
	/// A job's prompt.
	Prompt,
	/// The key of a prompt.
	DataKey,
	/// A job's result.
	Result,
}

impl Kind {
	/// The suite that seals this kind.
	pub const fn suite(self) -> Suite {
		match self {
			Self::Prompt => Suite::DataKey,
			Self::DataKey | Self::Result => Suite::Hpke,
		}
	}
}

/// Version, suite and `enc` of an envelope. The version is [`VERSION`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
	/// How the envelope is sealed.
	pub suite: Suite,
	/// What the receiver needs beside its key: see [`Suite`].
	pub enc: [u8; 32],
}

impl Header {
	/// The header's bytes.
	pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
		let mut bytes = [0; HEADER_LEN];
		bytes[0] = VERSION;
		bytes[1] = self.suite as u8;
		bytes[2..].copy_from_slice(&self.enc);
		bytes
	}
}

/// Why bytes are not an envelope.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParseError {
	/// Shorter than a header and a tag, or a data key's envelope of another length than
	/// [`DATA_KEY_ENVELOPE_LEN`].
	WrongLength,
	/// Of a version other than [`VERSION`].
	UnknownVersion,
	/// A suite other than the one that seals this kind of envelope.
	WrongSuite,
	/// `enc` is a key with which nobody can agree on a secret.
	WeakKey,
}

impl core::fmt::Display for ParseError {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str(match self {
			Self::WrongLength => "wrong length for an envelope of this kind",
			Self::UnknownVersion => "unknown version of envelope",
			Self::WrongSuite => "wrong suite for an envelope of this kind",
			Self::WeakKey => "the envelope's key is of small order",
		})
	}
}

impl core::error::Error for ParseError {}

/// An envelope whose header is well-formed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Envelope<'a> {
	/// The header.
	pub header: Header,
	/// Ciphertext and tag.
	pub body: &'a [u8],
}

impl<'a> Envelope<'a> {
	/// Reads the envelope of a `kind`. Looks at the header and the length only: constant time and
	/// no allocation, however long the bytes are.
	pub fn parse(kind: Kind, bytes: &'a [u8]) -> Result<Self, ParseError> {
		let (header, body) =
			bytes.split_first_chunk::<HEADER_LEN>().ok_or(ParseError::WrongLength)?;
		let [version, suite, enc @ ..] = *header;
		if version != VERSION {
			return Err(ParseError::UnknownVersion);
		}
		if suite != kind.suite() as u8 {
			return Err(ParseError::WrongSuite);
		}
		let long_enough = match kind {
			Kind::DataKey => bytes.len() == DATA_KEY_ENVELOPE_LEN,
			Kind::Prompt | Kind::Result => body.len() >= TAG_LEN,
		};
		if !long_enough {
			return Err(ParseError::WrongLength);
		}
		if kind.suite() == Suite::Hpke {
			check_public_key(&enc).map_err(|WeakKey| ParseError::WeakKey)?;
		}
		Ok(Self { header: Header { suite: kind.suite(), enc }, body })
	}
}

/// A public key of small order: whatever is sealed to it or with it, everybody can open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WeakKey;

impl core::fmt::Display for WeakKey {
	fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
		f.write_str("public key of small order")
	}
}

impl core::error::Error for WeakKey {}

/// Refuses X25519 keys of small order: those for which RFC 7748, section 6.1, has an agreement
/// come out as zero, so that RFC 9180, section 7.1.4, refuses it. To be asked of every key that
/// somebody shall seal to, before it is stored.
pub fn check_public_key(key: &PublicKey) -> Result<(), WeakKey> {
	// X25519 ignores the highest bit.
	let mut masked = *key;
	masked[31] &= 0x7f;
	if SMALL_ORDER.contains(&masked) {
		return Err(WeakKey);
	}
	Ok(())
}

/// Every encoding, highest bit cleared, of a u-coordinate of order 1, 2, 4 or 8 on the curve or
/// its twist. From <https://cr.yp.to/ecdh.html#validate>.
const SMALL_ORDER: [PublicKey; 7] = [
	// 0
	[0; 32],
	// 1
	[
		1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0,
	],
	// 325606250916557431795983626356110631294008115727848805560023387167927233504
	[
		0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
		0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
		0xb8, 0x00,
	],
	// 39382357235489614581723060781553021112529911719440698176882885853963445705823
	[
		0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
		0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
		0x11, 0x57,
	],
	// p - 1, p, p + 1
	near_p(0xec),
	near_p(0xed),
	near_p(0xee),
];

/// 2^255 - 256 + `lowest`, where p is 2^255 - 19.
const fn near_p(lowest: u8) -> PublicKey {
	let mut bytes = [0xff; 32];
	bytes[0] = lowest;
	bytes[31] = 0x7f;
	bytes
}

#[cfg(test)]
mod tests {
	use super::*;

	fn prompt(len: usize) -> [u8; 100] {
		let mut bytes = [7; 100];
		bytes[0] = VERSION;
		bytes[1] = Suite::DataKey as u8;
		assert!(len <= 100);
		bytes
	}

	#[test]
	fn reads_header_and_body() {
		let bytes = prompt(60);
		let envelope = Envelope::parse(Kind::Prompt, &bytes[..60]).unwrap();
		assert_eq!(envelope.header, Header { suite: Suite::DataKey, enc: [7; 32] });
		assert_eq!(envelope.header.to_bytes(), bytes[..HEADER_LEN]);
		assert_eq!(envelope.body, [7; 26]);
	}

	#[test]
	fn refuses_every_other_version_and_suite() {
		for kind in [Kind::Prompt, Kind::DataKey, Kind::Result] {
			let mut bytes = [7; DATA_KEY_ENVELOPE_LEN];
			for (version, suite) in (0..=255).flat_map(|v| (0..=255).map(move |s| (v, s))) {
				bytes[..2].copy_from_slice(&[version, suite]);
				let expected = match (version, suite) {
					(VERSION, s) if s == kind.suite() as u8 => None,
					(VERSION, _) => Some(ParseError::WrongSuite),
					_ => Some(ParseError::UnknownVersion),
				};
				assert_eq!(Envelope::parse(kind, &bytes).err(), expected, "{version} {suite}");
			}
		}
	}

	#[test]
	fn lengths_are_exact() {
		let mut bytes = prompt(100);
		let length = |kind, bytes: &[u8]| match Envelope::parse(kind, bytes) {
			Ok(envelope) => {
				assert_eq!(envelope.body.len() + HEADER_LEN, bytes.len());
				true
			}
			Err(error) => {
				assert_eq!(error, ParseError::WrongLength);
				false
			}
		};
		for n in 0..=100 {
			bytes[1] = Suite::DataKey as u8;
			assert_eq!(length(Kind::Prompt, &bytes[..n]), n >= HEADER_LEN + TAG_LEN, "{n}");
			bytes[1] = Suite::Hpke as u8;
			assert_eq!(length(Kind::Result, &bytes[..n]), n >= HEADER_LEN + TAG_LEN, "{n}");
			assert_eq!(length(Kind::DataKey, &bytes[..n]), n == DATA_KEY_ENVELOPE_LEN, "{n}");
		}
	}

	#[test]
	fn refuses_keys_of_small_order_with_either_highest_bit() {
		assert_eq!(check_public_key(&[9; 32]), Ok(()));
		for (i, key) in SMALL_ORDER.iter().enumerate() {
			assert!(!SMALL_ORDER[..i].contains(key), "listed twice");
			for bit in [0, 0x80] {
				let mut key = *key;
				key[31] |= bit;
				assert_eq!(check_public_key(&key), Err(WeakKey));

				let mut bytes = [7; DATA_KEY_ENVELOPE_LEN];
				bytes[..2].copy_from_slice(&[VERSION, Suite::Hpke as u8]);
				bytes[2..HEADER_LEN].copy_from_slice(&key);
				for kind in [Kind::DataKey, Kind::Result] {
					assert_eq!(Envelope::parse(kind, &bytes), Err(ParseError::WeakKey));
				}
				// A commitment is not a key.
				bytes[1] = Suite::DataKey as u8;
				assert!(Envelope::parse(Kind::Prompt, &bytes).is_ok());
			}
		}
	}
}
