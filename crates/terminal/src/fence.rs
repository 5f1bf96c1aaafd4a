//! A fence around a driver: its panic costs its own reader a restart and nothing else (design promise 8).

use failure::codes;
use model::{FailureCode, Moment};
use reader::{DriverError, Effect, Input, ReaderDriver, ReaderFactory};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A driver that stopped by a defect of its own.
#[derive(Debug, thiserror::Error)]
#[error("the driver stopped by a defect of its own")]
struct DriverStopped;

impl DriverError for DriverStopped {
    fn code(&self) -> FailureCode {
        codes::DRIVER_STOPPED
    }
}

/// A driver whose every call is fenced. After a panic it gives one fault and stays still.
pub(crate) struct Fence {
    driver: Option<Box<dyn ReaderDriver>>,
    stopped: bool,
    wakeup: Option<Moment>,
}

impl Fence {
    /// A new driver of this model.
    pub(crate) fn around(factory: &'static dyn ReaderFactory) -> Self {
        let driver = catch_unwind(AssertUnwindSafe(|| factory.create())).ok();
        Self { stopped: driver.is_none(), driver, wakeup: None }
    }

    pub(crate) fn handle(&mut self, input: Input<'_>, now: Moment) {
        self.call(|driver| driver.handle(input, now));
    }

    /// The next effect; when drained, the driver is asked when it wants to be woken.
    pub(crate) fn poll_effect(&mut self) -> Option<Effect> {
        if let Some(effect) = self.call(|driver| driver.poll_effect()).flatten() {
            return Some(effect);
        }
        self.wakeup = self.call(|driver| driver.next_wakeup()).flatten();
        std::mem::take(&mut self.stopped).then(|| Effect::Fault(Box::new(DriverStopped)))
    }

    /// As the driver said when it was last drained.
    pub(crate) const fn next_wakeup(&self) -> Option<Moment> {
        self.wakeup
    }

    fn call<T>(&mut self, ask: impl FnOnce(&mut dyn ReaderDriver) -> T) -> Option<T> {
        let driver = self.driver.as_mut()?;
        if let Ok(said) = catch_unwind(AssertUnwindSafe(|| ask(driver.as_mut()))) {
            return Some(said);
        }
        self.driver = None;
        self.stopped = true;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Maturity;
    use reader::{Link, Patience, Profile};

    /// Panics at the named call.
    struct Faulty(&'static str);

    impl Faulty {
        fn at(&self, call: &str) {
            assert_ne!(self.0, call, "a defect");
        }
    }

    impl ReaderDriver for Faulty {
        fn profile(&self) -> &'static Profile {
            unreachable!("not asked")
        }
        fn handle(&mut self, _: Input<'_>, _: Moment) {
            self.at("handle");
        }
        fn poll_effect(&mut self) -> Option<Effect> {
            self.at("poll_effect");
            None
        }
        fn next_wakeup(&self) -> Option<Moment> {
            self.at("next_wakeup");
            Some(Moment::ZERO)
        }
    }

    struct Factory(&'static str);

    impl ReaderFactory for Factory {
        fn name(&self) -> &'static str {
            "faulty"
        }
        fn profile(&self) -> &'static Profile {
            unreachable!("not asked")
        }
        fn maturity(&self) -> Maturity {
            Maturity::Simulated
        }
        fn link(&self) -> Link {
            Link::Tcp
        }
        fn patience(&self) -> Patience {
            unreachable!("not asked")
        }
        fn create(&self) -> Box<dyn ReaderDriver> {
            assert_ne!(self.0, "create", "a defect");
            Box::new(Faulty(self.0))
        }
    }

    fn faults(factory: &'static Factory) -> Vec<FailureCode> {
        let mut fence = Fence::around(factory);
        let mut codes = Vec::new();
        for _ in 0..3 {
            fence.handle(Input::LinkOpened, Moment::ZERO);
            while let Some(effect) = fence.poll_effect() {
                if let Effect::Fault(fault) = effect {
                    codes.push(fault.code());
                }
            }
        }
        codes
    }

    #[test]
    fn a_panic_anywhere_in_a_driver_is_one_fault() {
        static AT: [Factory; 4] =
            [Factory("create"), Factory("handle"), Factory("poll_effect"), Factory("next_wakeup")];
        for factory in &AT {
            assert_eq!(faults(factory), [codes::DRIVER_STOPPED], "{}", factory.0);
        }
    }

    #[test]
    fn a_driver_without_defect_is_left_alone() {
        static SOUND: Factory = Factory("nowhere");
        assert_eq!(faults(&SOUND), []);
        let mut fence = Fence::around(&SOUND);
        assert!(fence.poll_effect().is_none());
        assert_eq!(fence.next_wakeup(), Some(Moment::ZERO));
    }
}
