using System;
using System.Collections;
using System.Collections.Generic;
using Unity.Collections;
using UnityEngine;
using UnityEngine.Rendering;

namespace NpcEngine
{
    /// <summary>What the pictures show.</summary>
    public enum CaptureSource
    {
        /// <summary>What the camera sees, without overlays such as the HUD. Renders it once more.</summary>
        Camera,

        /// <summary>The finished screen, as the player sees it.</summary>
        Screen,
    }

    /// <summary>
    /// Shows its NPCs what the player sees, a few times a second. Pictures are read back from the GPU without a wait;
    /// one is on its way at a time, so a slow machine shows fewer and never stalls.
    /// </summary>
    [AddComponentMenu("NPC Engine/NPC Frame Capture")]
    [DefaultExecutionOrder(-90)]
    public sealed class NpcFrameCapture : MonoBehaviour
    {
        [Tooltip("Camera: the world alone. Screen: the finished picture with the HUD.")]
        [SerializeField] private CaptureSource source = CaptureSource.Camera;

        [Tooltip("The player's camera; the main camera if left empty.")]
        [SerializeField] private Camera eye;

        [Tooltip("Pixels of the picture's width. The model looks at 320; more costs time and shows it little.")]
        [SerializeField, Range(160, 1280)] private int width = 640;

        [Tooltip("Pictures a second without anybody speaking. What is said has a picture of its own.")]
        [SerializeField, Range(0.1f, 30)] private float rate = 4;

        [Tooltip("Turn it on if recorded pictures stand on their heads: some graphics back ends differ.")]
        [SerializeField] private bool upsideDown;

        private const float LongestWait = 0.5f; // seconds; a hidden view or a player without graphics draws nothing

        private sealed class Wish
        {
            public float Until;
            public Action Taken;
            public Action<Frame> Arrived;
        }

        private readonly List<NpcBrain> _brains = new List<NpcBrain>();
        private readonly List<Wish> _wishes = new List<Wish>();
        private readonly FrameBuffers _buffers = new FrameBuffers();
        private RenderTexture _texture;
        private bool _reading;
        private float _nextAt;

        /// <summary>An enabled capture of the loaded scenes, or null.</summary>
        public static NpcFrameCapture Existing { get; private set; }

        /// <summary>The camera whose picture it is.</summary>
        public Camera Eye
        {
            get { return eye != null ? eye : Camera.main; }
        }

        /// <summary>Width and height of the pictures, in pixels, with the proportions of the screen.</summary>
        public Vector2Int PictureSize
        {
            get { return new Vector2Int(width, Mathf.Max(1, Mathf.RoundToInt(width * (float)Screen.height / Screen.width))); }
        }

        /// <summary>Milliseconds between the last picture and its arrival in memory.</summary>
        public double ReadbackMs { get; private set; }

        /// <summary>Ask for a fresh picture.</summary>
        /// <param name="arrived">Gets a copy of its own, or null if nothing is drawn or reading it back failed.</param>
        /// <param name="taken">Called at the moment that the picture shows.</param>
        /// <returns>False where there is nothing to take a picture with.</returns>
        public bool Request(Action<Frame> arrived, Action taken = null)
        {
            if (!isActiveAndEnabled || !SystemInfo.supportsAsyncGPUReadback || Eye == null)
            {
                return false;
            }
            _wishes.Add(new Wish { Until = Time.unscaledTime + LongestWait, Taken = taken, Arrived = arrived });
            return true;
        }

        internal void Add(NpcBrain brain)
        {
            if (!_brains.Contains(brain))
            {
                _brains.Add(brain);
            }
        }

        internal void Remove(NpcBrain brain)
        {
            _brains.Remove(brain);
        }

        private void OnEnable()
        {
            if (!SystemInfo.supportsAsyncGPUReadback)
            {
                Debug.LogWarning("This graphics device cannot read pictures back: NPCs hear and do not see.", this);
                return;
            }
            Existing = this;
            _reading = false;
            StartCoroutine(Watch());
        }

        private void OnDisable()
        {
            Existing = Existing == this ? null : Existing;
            StopAllCoroutines();
            Wish[] unmet = TakeWishes();
            Array.ForEach(unmet, wish => wish.Arrived(null));
            if (_texture != null)
            {
                _texture.Release();
                Destroy(_texture);
                _texture = null;
            }
        }

        private void Update()
        {
            foreach (Wish late in _wishes.FindAll(wish => wish.Until < Time.unscaledTime))
            {
                _wishes.Remove(late);
                late.Arrived(null);
            }
        }

        private IEnumerator Watch()
        {
            var frameEnd = new WaitForEndOfFrame();
            while (true)
            {
                yield return frameEnd;
                bool due = _brains.Count > 0 && Time.unscaledTime >= _nextAt;
                if (!_reading && (due || _wishes.Count > 0) && Eye != null)
                {
                    _nextAt = Time.unscaledTime + 1 / rate;
                    Take();
                }
            }
        }

        private void Take()
        {
            RenderTexture picture = Picture();
            if (source == CaptureSource.Camera)
            {
                Render(picture);
            }
            else
            {
                CopyScreen(picture);
            }
            Wish[] wishes = TakeWishes(); // what is wished from here on wants a later picture
            Array.ForEach(wishes, wish => wish.Taken?.Invoke());
            Dictionary<string, double[]> entities = NpcEntity.Look(Eye, Limits.Default.Entities);
            double capturedAt = Time.timeAsDouble;
            double began = Time.realtimeSinceStartupAsDouble;
            _reading = true;
            AsyncGPUReadback.Request(picture, 0, TextureFormat.RGBA32, request =>
            {
                _reading = false;
                ReadbackMs = (Time.realtimeSinceStartupAsDouble - began) * 1000;
                Arrive(request, wishes, capturedAt, entities);
            });
        }

        private void Render(RenderTexture picture)
        {
            Camera camera = Eye;
            RenderTexture before = camera.targetTexture;
            camera.targetTexture = picture;
            camera.Render();
            camera.targetTexture = before;
        }

        private static void CopyScreen(RenderTexture picture)
        {
            RenderTexture screen = RenderTexture.GetTemporary(Screen.width, Screen.height, 0);
            ScreenCapture.CaptureScreenshotIntoRenderTexture(screen);
            Graphics.Blit(screen, picture);
            RenderTexture.ReleaseTemporary(screen);
        }

        private RenderTexture Picture()
        {
            Vector2Int size = PictureSize;
            if (_texture != null && (_texture.width != size.x || _texture.height != size.y))
            {
                _texture.Release();
                Destroy(_texture);
                _texture = null;
            }
            if (_texture == null)
            {
                _texture = new RenderTexture(size.x, size.y, 24, RenderTextureFormat.ARGB32);
            }
            return _texture;
        }

        /// <summary>Textures start at the bottom, except for screenshots where the graphics API starts at the top.</summary>
        private bool BottomUp
        {
            get { return (source == CaptureSource.Camera || !SystemInfo.graphicsUVStartsAtTop) != upsideDown; }
        }

        private void Arrive(AsyncGPUReadbackRequest request, Wish[] wishes, double capturedAt, Dictionary<string, double[]> entities)
        {
            Func<byte[], Action<byte[]>, Frame> framed = (bytes, release) =>
                new Frame(bytes, request.width, request.height, "rgba", BottomUp, release, entities);
            bool usable = !request.hasError && this != null && isActiveAndEnabled;
            NativeArray<byte> pixels = usable ? request.GetData<byte>() : default(NativeArray<byte>);
            foreach (Wish wish in wishes)
            {
                wish.Arrived(usable ? framed(pixels.ToArray(), null) : null);
            }
            if (usable && wishes.Length == 0)
            {
                byte[] copy = _buffers.Rent(pixels.Length);
                pixels.CopyTo(copy);
                Frame frame = framed(copy, _buffers.Return);
                Show(frame, capturedAt);
                frame.Release(); // this side's hold on it; each message that carries it has one of its own
            }
        }

        private void Show(Frame frame, double capturedAt)
        {
            NpcClient client = NpcConnection.Existing != null ? NpcConnection.Existing.Client : null;
            if (client == null)
            {
                return;
            }
            try
            {
                ShowAll(client, frame, capturedAt);
            }
            catch (ProtocolException error)
            {
                Debug.LogWarning("NPC frame capture: " + error, this);
            }
        }

        /// <summary>
        /// NPCs that are told nothing of their own share one message, and so one look of the model. One that the server
        /// refused must not cost the others their picture.
        /// </summary>
        private void ShowAll(NpcClient client, Frame frame, double capturedAt)
        {
            List<NpcBrain> standing = _brains.FindAll(brain => client.NameOf(brain.NpcId) != null);
            List<NpcBrain> informed = standing.FindAll(brain => brain.State.Count > 0);
            List<NpcBrain> others = standing.FindAll(brain => brain.State.Count == 0);
            foreach (NpcBrain brain in informed)
            {
                brain.Shown(client.Show(new[] { brain.NpcId }, frame, brain.State, capturedAt));
            }
            if (others.Count > 0)
            {
                client.Show(others.ConvertAll(brain => brain.NpcId).ToArray(), frame, null, capturedAt);
            }
        }

        private Wish[] TakeWishes()
        {
            Wish[] wishes = _wishes.ToArray();
            _wishes.Clear();
            return wishes;
        }
    }
}
