//! The workers there are.

/// A worker. No two workers ever have the same number, so that what one that is gone has said last
/// is about nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerId(pub u32);

/// A worker of the pool.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Member {
    pub id: WorkerId,
    /// Whether its program has been loaded.
    pub ready: bool,
    /// The timer that waits for that.
    pub loads: u32,
}

/// The workers there are, in the order of their shares.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pool {
    members: Vec<Member>,
    last: u32,
}

impl Pool {
    /// Whether there is no worker.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Number of workers.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// The worker at a place.
    pub fn get(&self, place: usize) -> Option<WorkerId> {
        self.members.get(place).map(|member| member.id)
    }

    /// All workers.
    pub fn ids(&self) -> impl Iterator<Item = WorkerId> {
        self.members.iter().map(|member| member.id)
    }

    /// The place of a worker.
    pub fn place(&self, id: WorkerId) -> Option<usize> {
        self.members.iter().position(|member| member.id == id)
    }

    /// Takes on a worker, whose loading a timer watches.
    pub fn add(&mut self, loads: u32) -> WorkerId {
        self.last += 1;
        let id = WorkerId(self.last);
        self.members.push(Member { id, ready: false, loads });
        id
    }

    /// Notes that a worker has loaded.
    pub fn ready(&mut self, place: usize) {
        if let Some(member) = self.members.get_mut(place) {
            member.ready = true;
        }
    }

    /// Whether a worker has loaded.
    pub fn is_ready(&self, id: WorkerId) -> bool {
        self.members.iter().any(|member| member.id == id && member.ready)
    }

    /// The worker that this timer was waiting for, in vain.
    pub fn overdue(&self, timer: u32) -> Option<WorkerId> {
        self.members.iter().find(|m| m.loads == timer && !m.ready).map(|member| member.id)
    }

    /// Lets a worker go.
    pub fn remove(&mut self, id: WorkerId) {
        self.members.retain(|member| member.id != id);
    }

    /// Lets all workers go.
    pub fn clear(&mut self) -> Vec<WorkerId> {
        std::mem::take(&mut self.members).into_iter().map(|member| member.id).collect()
    }
}
