// StopSignals: SIGTERM and SIGINT, waited for by the main thread.
//
// The first one asks for an ordered end; after Release the next one ends the process at once.
#ifndef MARU_COMMON_SERVICE_STOP_SIGNALS_H_
#define MARU_COMMON_SERVICE_STOP_SIGNALS_H_

namespace maru::service {

// One per process; made before any other thread, because threads inherit what their maker blocks.
class StopSignals {
 public:
  // Holds both signals back: one that comes early is found by Wait.
  StopSignals();
  // Both signals act as usual again.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Blocks until a signal comes, and returns its number; 0 after WakeUp.
  int Wait();
  // Ends a Wait under way, or else the next one. Any thread.
  void WakeUp();
  // From here on either signal ends the process at once.
  void Release();

 private:
  int signals_;  // signalfd
  int wake_up_;  // eventfd
};

}  // namespace maru::service

#endif  // MARU_COMMON_SERVICE_STOP_SIGNALS_H_
