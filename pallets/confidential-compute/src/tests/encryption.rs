use crate::{encryption::EnvelopeFault, mock::*, Error};
use ai_compute_primitives::AttestationInspect;
use confidential_envelope::{Header, Suite, DATA_KEY_ENVELOPE_LEN, HEADER_LEN};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

type Inspect = ConfidentialCompute;

fn envelope(suite: Suite, enc: [u8; 32], len: usize) -> Vec<u8> {
	let mut bytes = Header { suite, enc }.to_bytes().to_vec();
	bytes.resize(len, 7);
	bytes
}

fn check_prompt(prompt: &[u8]) -> DispatchResult {
	<Inspect as AttestationInspect<AccountId, u32>>::check_prompt(prompt)
}

fn fault(fault: EnvelopeFault) -> Error<Test> {
	Error::<Test>::Envelope(fault)
}

#[test]
fn a_prompt_is_an_envelope() {
	ExtBuilder::default().build_and_execute(|| {
		let good = envelope(Suite::DataKey, [0; 32], 100);
		assert_ok!(check_prompt(&good));
		let short = &good[..HEADER_LEN + 15];
		assert_noop!(check_prompt(short), fault(EnvelopeFault::WrongLength));
		assert_noop!(check_prompt(&[]), fault(EnvelopeFault::WrongLength));
		assert_noop!(
			check_prompt(&envelope(Suite::Hpke, [9; 32], 100)),
			fault(EnvelopeFault::WrongSuite)
		);
		let mut other = good;
		other[0] = 2;
		assert_noop!(check_prompt(&other), fault(EnvelopeFault::UnknownVersion));
		assert_noop!(
			check_prompt(b"What is the meaning of life? I ask in the clear, aloud."),
			fault(EnvelopeFault::UnknownVersion)
		);
	});
}

#[test]
fn a_data_key_is_sealed_to_the_pinned_enclave() {
	with_collateral(|| {
		let (enclave, id) = attest_whole(1);
		let check = |id, recipient: &[u8; 32], sealed: &[u8]| -> DispatchResult {
			<Inspect as AttestationInspect<AccountId, u32>>::check_delivery(id, recipient, sealed)
		};
		let good = envelope(Suite::Hpke, [9; 32], DATA_KEY_ENVELOPE_LEN);
		let recipient = enclave.keys.x25519;
		assert_ok!(check(id, &recipient, &good));
		assert_noop!(check(id, &Enclave::new(2).keys.x25519, &good), Error::<Test>::WrongRecipient);
		assert_noop!(check(id + 1, &recipient, &good), Error::<Test>::NotFound);
		assert_noop!(check(id, &recipient, &good[1..]), fault(EnvelopeFault::UnknownVersion));
		assert_noop!(
			check(id, &recipient, &[&good[..], &[0]].concat()),
			fault(EnvelopeFault::WrongLength)
		);
		let weak = envelope(Suite::Hpke, [0; 32], DATA_KEY_ENVELOPE_LEN);
		assert_noop!(check(id, &recipient, &weak), fault(EnvelopeFault::WeakKey));
		assert_ok!(ConfidentialCompute::force_revoke(root(), id));
		assert_noop!(check(id, &recipient, &good), Error::<Test>::AttestationRevoked);
	});
}
