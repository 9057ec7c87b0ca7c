#include "common/store/work_queue.h"

#include "common/base/status.h"

namespace maru::store {

void WorkQueue::List::Append(Work& work) {
  work.previous_ = last;
  work.next_ = nullptr;
  (last != nullptr ? last->next_ : first) = &work;
  last = &work;
  ++size;
}

void WorkQueue::List::Remove(Work& work) {
  (work.previous_ != nullptr ? work.previous_->next_ : first) = work.next_;
  (work.next_ != nullptr ? work.next_->previous_ : last) = work.previous_;
  --size;
}

Work* WorkQueue::List::PopFirst() {
  Work* work = first;
  if (work != nullptr) Remove(*work);
  return work;
}

WorkQueue::~WorkQueue() {
  MutexLock lock(mutex_);
  MARU_CHECK(waiting_.size == 0 && finished_.size == 0 && released_.size == 0);
}

void WorkQueue::Push(Work& work, std::coroutine_handle<> waiter) {
  bool wake;
  {
    MutexLock lock(mutex_);
    work.waiter_ = waiter;
    work.stage_ = Work::Stage::kWaiting;
    waiting_.Append(work);
    wake = idle_workers_ > 0;
  }
  if (wake) arrived_.NotifyOne();
}

void WorkQueue::TakeBack(Work& work) {
  MutexLock lock(mutex_);
  while (work.stage_ == Work::Stage::kRunning) {
    taker_waits_ = true;
    finished_one_.Wait(mutex_);
  }
  taker_waits_ = false;
  switch (work.stage_) {
    case Work::Stage::kWaiting:
      waiting_.Remove(work);
      break;
    case Work::Stage::kFinished:
      finished_.Remove(work);
      break;
    case Work::Stage::kReleased:
      released_.Remove(work);
      break;
    case Work::Stage::kIdle:
    case Work::Stage::kRunning:
      break;
  }
  work.stage_ = Work::Stage::kIdle;
}

size_t WorkQueue::waiting() const {
  MutexLock lock(mutex_);
  return waiting_.size;
}

void WorkQueue::ResumeReleased(uint64_t release) {
  while (true) {
    std::coroutine_handle<> waiter;
    {
      MutexLock lock(mutex_);
      Work* work = released_.first;
      if (work == nullptr || work->release_ > release) return;
      released_.Remove(*work);
      work->stage_ = Work::Stage::kIdle;
      waiter = work->waiter_;
    }
    // May destroy other frames, and with them other released works: hence one at a time.
    waiter.resume();
  }
}

size_t WorkQueue::AwaitWork() {
  MutexLock lock(mutex_);
  while (waiting_.size == 0 && !stopped_) {
    ++idle_workers_;
    arrived_.Wait(mutex_);
    --idle_workers_;
  }
  return stopped_ ? 0 : waiting_.size;
}

Work* WorkQueue::Exchange(Work* finished) {
  MutexLock lock(mutex_);
  if (finished != nullptr) EndRun(*finished);
  Work* next = waiting_.PopFirst();
  if (next != nullptr) next->stage_ = Work::Stage::kRunning;
  return next;
}

void WorkQueue::Finish(Work& finished) {
  MutexLock lock(mutex_);
  EndRun(finished);
}

void WorkQueue::EndRun(Work& work) {
  work.stage_ = Work::Stage::kFinished;
  finished_.Append(work);
  if (taker_waits_) finished_one_.NotifyAll();
}

uint64_t WorkQueue::Release(absl::FunctionRef<void(Work&)> each) {
  MutexLock lock(mutex_);
  ++releases_;
  while (Work* work = finished_.PopFirst()) {
    each(*work);
    work->stage_ = Work::Stage::kReleased;
    work->release_ = releases_;
    released_.Append(*work);
  }
  return releases_;
}

void WorkQueue::Stop() {
  {
    MutexLock lock(mutex_);
    stopped_ = true;
  }
  arrived_.NotifyAll();
}

}  // namespace maru::store
