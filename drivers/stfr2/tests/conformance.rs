//! The one suite for every driver.

reader::conformance::suite!(simulator_firmware::kit::of(&stfr2::FACTORY));
