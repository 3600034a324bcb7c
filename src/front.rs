//! Which of the document's pages is in front. The others stay as they were left: outside of the
//! document, their runs going on.

use leptos::prelude::*;

/// Whether a page is in front, and what it is asked for; in the context of everything on it. Copies
/// are handles to the same.
#[derive(Clone, Copy)]
pub struct Front {
    /// Its number: no two pages of a document have the same.
    pub number: usize,
    /// Whether it is in the document. One that is not leaves the address, the tab's name, keys and
    /// dropped files alone.
    pub seen: RwSignal<bool>,
    /// Whether its workers may stay. A page that was left long ago, with all done, has none.
    pub awake: RwSignal<bool>,
    /// The query of the link that it is to show in the place of what it shows.
    pub asked: RwSignal<Option<String>>,
    link: StoredValue<Option<Memo<String>>>,
    rests: StoredValue<Option<Signal<bool>>>,
}

impl Front {
    /// The front of a page that is about to be seen.
    pub fn new(number: usize) -> Self {
        Self {
            number,
            seen: RwSignal::new(true),
            awake: RwSignal::new(true),
            asked: RwSignal::new(None),
            link: StoredValue::new(None),
            rests: StoredValue::new(None),
        }
    }

    /// That of the page that is being made.
    pub fn here() -> Self {
        expect_context()
    }

    /// The page's link from now on.
    pub fn has_link(self, link: Memo<String>) {
        self.link.set_value(Some(link));
    }

    /// The link to the page as it is, if it has one.
    pub fn link(self) -> Option<String> {
        self.link.get_value().map(|link| link.get_untracked())
    }

    /// Says when nothing trains that would be lost with the page's workers.
    pub fn rests_when(self, rests: Signal<bool>) {
        self.rests.set_value(Some(rests));
    }

    /// Whether nothing would be lost with its workers.
    pub fn rests(self) -> bool {
        self.rests.get_value().is_some_and(|rests| rests.get_untracked())
    }

    /// Names the browser's tab while the page is in front.
    pub fn name_the_tab(self, name: impl Fn() -> String + 'static) {
        Effect::new(move || {
            let name = name();
            if self.seen.get() {
                document().set_title(&name);
            }
        });
    }

    /// Shows what a link says, whenever the page is asked for one that is not its own.
    pub fn shows(self, show: impl Fn(&str) + 'static) {
        Effect::watch(
            move || self.asked.get(),
            move |asked, _, _| {
                if let Some(query) = asked {
                    show(query);
                }
            },
            false,
        );
    }
}

/// What a link leads to.
pub struct Found {
    /// The page's word in links.
    pub word: &'static str,
    /// Makes it.
    pub make: Box<dyn FnOnce() -> AnyView>,
}
