using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using UnityEngine;
using UnityEngine.Experimental.Rendering;

namespace NpcEngine
{
    /// <summary>
    /// Records what the player sees and where each <see cref="NpcEntity"/> stands, so that the engine can learn the
    /// game's art. Pictures are encoded and written in the background, one at a time.
    /// </summary>
    [AddComponentMenu("NPC Engine/NPC Recorder")]
    public sealed class NpcRecorder : MonoBehaviour
    {
        private const int Quality = 92;

        [Tooltip("Where the pictures come from; the first in the scene if left empty.")]
        [SerializeField] private NpcFrameCapture capture;

        [Tooltip("Folder of the recording; a relative one lies in the project's folder, or the player's data folder in a build.")]
        [SerializeField] private string folder = "Recordings/my-recording";

        [SerializeField] private string gameName = "unity";

        [Tooltip("Pictures a second. Frames that look alike teach little.")]
        [SerializeField, Range(0.1f, 5)] private float rate = 1;

        [Tooltip("PNG in place of JPEG: larger, without loss.")]
        [SerializeField] private bool lossless;

        [Tooltip("Layers that hide what is behind them. None: everything in front of the camera counts as in view.")]
        [SerializeField] private LayerMask occluders;

        private readonly object _writing = new object();
        private RecordingWriter _recording;
        private List<RecordedEntity> _seen;
        private string _episode;
        private float _began;
        private float _nextAt;
        private volatile bool _busy;
        private volatile string _fault;

        /// <summary>Pictures in the recording.</summary>
        public int Count
        {
            get { return _recording == null ? 0 : _recording.Count; }
        }

        /// <summary>
        /// What is true of every picture from now on: any of `text`, `intent`, `tone`, `action`, `emotion`. What is left
        /// out is unknown, and nothing is learnt from it.
        /// </summary>
        public IDictionary<string, object> Labels { get; set; }

        public string Folder
        {
            get
            {
                string root = Application.isEditor ? Path.Combine(Application.dataPath, "..") : Application.persistentDataPath;
                return Path.GetFullPath(Path.Combine(root, folder));
            }
        }

        /// <summary>Frames of one episode look alike, and data is split by whole episodes: record several.</summary>
        public void BeginEpisode()
        {
            _episode = DateTime.UtcNow.ToString("yyyyMMdd-HHmmss-fff");
            _began = Time.time;
        }

        private void OnEnable()
        {
            if (capture == null)
            {
                capture = NpcFrameCapture.Existing;
            }
            try
            {
                _recording = new RecordingWriter(Folder, gameName, lossless ? "png" : "jpg");
            }
            catch (Exception fault) when (fault is IOException || fault is UnauthorizedAccessException)
            {
                Debug.LogError("Nothing can be recorded: " + fault.Message, this);
                enabled = false;
                return;
            }
            _busy = false;
            BeginEpisode();
        }

        private void OnDisable()
        {
            lock (_writing)
            {
                _recording?.Dispose();
                _recording = null;
            }
        }

        private void Update()
        {
            if (_fault != null)
            {
                Debug.LogError("Recording stopped: " + _fault, this);
                _fault = null;
                enabled = false;
            }
            else if (!_busy && capture != null && Time.unscaledTime >= _nextAt)
            {
                _nextAt = Time.unscaledTime + 1 / rate;
                float t = 0;
                _busy = capture.Request(frame => Keep(frame, t), () =>
                {
                    t = Time.time - _began;
                    _seen = Look(capture.Eye, capture.PictureSize);
                });
            }
        }

        private void Keep(Frame frame, float t)
        {
            if (frame == null || _recording == null)
            {
                _busy = false;
                return;
            }
            string episode = _episode;
            List<RecordedEntity> seen = _seen;
            Dictionary<string, object> labels = Labels == null ? null : new Dictionary<string, object>(Labels);
            ThreadPool.QueueUserWorkItem(unused =>
            {
                Write(frame, episode, t, seen, labels);
                _busy = false;
            });
        }

        /// <summary>On a thread of the pool: Unity's encoders may be called from any.</summary>
        private void Write(Frame frame, string episode, float t, List<RecordedEntity> seen, Dictionary<string, object> labels)
        {
            try
            {
                byte[] picture = Encode(frame);
                lock (_writing)
                {
                    _recording?.Write(picture, frame.Width, frame.Height, episode, t, seen, labels);
                }
            }
            catch (Exception fault)
            {
                _fault = fault.Message;
            }
        }

        /// <summary>Unity's encoders take the lowest row first.</summary>
        private byte[] Encode(Frame frame)
        {
            byte[] rows = frame.BottomUp ? frame.Pixels : Flipped(frame.Pixels, frame.Width * 4);
            uint width = (uint)frame.Width, height = (uint)frame.Height;
            return lossless
                ? ImageConversion.EncodeArrayToPNG(rows, GraphicsFormat.R8G8B8A8_SRGB, width, height)
                : ImageConversion.EncodeArrayToJPG(rows, GraphicsFormat.R8G8B8A8_SRGB, width, height, 0, Quality);
        }

        private static byte[] Flipped(byte[] pixels, int stride)
        {
            var flipped = new byte[pixels.Length];
            for (int from = 0; from < pixels.Length; from += stride)
            {
                Buffer.BlockCopy(pixels, from, flipped, pixels.Length - stride - from, stride);
            }
            return flipped;
        }

        private List<RecordedEntity> Look(Camera eye, Vector2Int size)
        {
            var seen = new List<RecordedEntity>();
            foreach (NpcEntity entity in NpcEntity.All)
            {
                Rect box;
                if (entity.TryBox(eye, out box) && !IsHidden(eye, entity))
                {
                    seen.Add(new RecordedEntity(
                        entity.Words,
                        Mathf.FloorToInt(box.xMin * size.x),
                        Mathf.FloorToInt(box.yMin * size.y),
                        Mathf.CeilToInt(box.width * size.x),
                        Mathf.CeilToInt(box.height * size.y),
                        entity.Tags));
                }
            }
            return seen;
        }

        private bool IsHidden(Camera eye, NpcEntity entity)
        {
            Bounds bounds;
            RaycastHit hit;
            return occluders.value != 0
                && entity.TryBounds(out bounds)
                && Physics.Linecast(eye.transform.position, bounds.center, out hit, occluders)
                && !hit.transform.IsChildOf(entity.transform);
        }
    }
}
