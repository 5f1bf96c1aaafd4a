//! The driver keeps every rule of the one suite.

reader::conformance::suite!(simulator_firmware::kit::of(&caora::FACTORY));
