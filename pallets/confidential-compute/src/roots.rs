//! The certificates that everything leads to.

use frame_support::traits::Get;

/// Intel SGX Root CA, which quotes lead to.
///
/// From <https://certificates.trustedservices.intel.com/Intel_SGX_Provisioning_Certification_RootCA.cer>.
pub struct IntelSgxRoot;

impl Get<&'static [u8]> for IntelSgxRoot {
	fn get() -> &'static [u8] {
		include_bytes!("../roots/intel_sgx_root_ca.der")
	}
}

/// NVIDIA Device Identity CA, which GPU evidence leads to.
///
/// From NVIDIA's `nv-local-gpu-verifier` 2.7.3, `verifier/certs/verifier_device_root.pem`.
pub struct NvidiaDeviceRoot;

impl Get<&'static [u8]> for NvidiaDeviceRoot {
	fn get() -> &'static [u8] {
		include_bytes!("../roots/nvidia_device_identity_ca.der")
	}
}
