//! The vectors of RFC 9180 for the one suite in use.

mod common;

use common::{array, bytes, Entropy};
use hpke::{
	aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::X25519HkdfSha256, setup_receiver,
	setup_sender_with_rng, Deserializable, Kem, OpModeR, OpModeS, Serializable,
};
use serde_json::Value;

type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
type EncappedKey = <X25519HkdfSha256 as Kem>::EncappedKey;

#[test]
fn suite_gives_the_vectors_of_rfc_9180() {
	let vector: Value = serde_json::from_str(include_str!("../vectors/rfc9180.json")).unwrap();
	assert_eq!((&vector["mode"], &vector["kem_id"]), (&0.into(), &0x20.into()));
	assert_eq!((&vector["kdf_id"], &vector["aead_id"]), (&1.into(), &3.into()));

	let (secret, public) = X25519HkdfSha256::derive_keypair(&bytes(&vector, "ikmR"));
	// The RFC prints secrets before clamping, which both ways of making a key do.
	assert_eq!(public.to_bytes(), array::<32>(&vector, "pkRm"));
	assert!(PrivateKey::from_bytes(&bytes(&vector, "skRm")).unwrap() == secret);
	assert_eq!(PublicKey::from_bytes(&bytes(&vector, "pkRm")).unwrap(), public);

	let info = bytes(&vector, "info");
	let ephemeral = bytes(&vector, "ikmE");
	let (enc, mut sender) =
		setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
			&OpModeS::Base,
			&public,
			&info,
			&mut Entropy(&ephemeral),
		)
		.unwrap();
	assert_eq!(enc.to_bytes(), array::<32>(&vector, "enc"));
	let enc = EncappedKey::from_bytes(&bytes(&vector, "enc")).unwrap();
	let mut receiver = setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
		&OpModeR::Base,
		&secret,
		&enc,
		&info,
	)
	.unwrap();

	let encryptions = vector["encryptions"].as_array().unwrap();
	assert_eq!(encryptions.len(), 5);
	for one in encryptions {
		let (aad, pt, ct) = (bytes(one, "aad"), bytes(one, "pt"), bytes(one, "ct"));
		assert_eq!(sender.seal(&pt, &aad).unwrap(), ct);
		assert_eq!(receiver.open(&ct, &aad).unwrap(), pt);
	}
	let exports = vector["exports"].as_array().unwrap();
	assert_eq!(exports.len(), 3);
	for one in exports {
		let mut exported = [0; 32];
		receiver.export(&bytes(one, "exporter_context"), &mut exported).unwrap();
		assert_eq!(exported, array(one, "exported_value"));
	}
}
