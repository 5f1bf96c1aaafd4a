//! APDUs, the My Number Card's applications, certificates, the face photo and the guard.
